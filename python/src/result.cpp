// What was found in an image, as arrays over its memory.
#include <pybind11/stl.h>

#include "arrays.h"
#include "bindings.h"
#include "session.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;

py::array labels_of(const py::object& self) {
  const auto& map = self.cast<const Found&>().result.labels;
  return view(map.labels.data(), {map.height, map.width}, self);
}

py::array pixels_of(const py::object& self) {
  const auto& pixels = self.cast<const Found&>().result.pixels;
  return view(pixels.data(), {static_cast<py::ssize_t>(pixels.size())}, self);
}

py::object scores_of(const py::object& self) {
  const auto& found = self.cast<const Found&>();
  if (found.scores.empty()) return py::none();
  const auto& map = found.result.labels;
  return view(found.scores.data(),
              {static_cast<py::ssize_t>(found.result.pixels.size()), map.height, map.width},
              py::dtype("float16"), self);
}

py::dict seconds_of(const Found& own) {
  py::dict seconds;
  seconds["resize"] = own.result.resize_seconds;
  seconds["network"] = own.result.network_seconds;
  seconds["scores"] = own.result.score_seconds;
  return seconds;
}

}  // namespace

void bind_result(py::module_& module) {
  py::class_<Found, std::shared_ptr<Found>>(module, "Found")
      .def_property_readonly("labels", labels_of)
      .def_property_readonly("pixels", pixels_of)
      .def_property_readonly("scores", scores_of)
      .def_property_readonly("unknown", [](const Found& own) { return own.result.unknown_pixels; })
      .def_property_readonly("windows", [](const Found& own) { return own.result.windows; })
      .def_property_readonly("resized",
                             [](const Found& own) {
                               return py::make_tuple(own.result.resized_height, own.result.resized_width);
                             })
      .def_property_readonly("seconds", seconds_of);
}

}  // namespace relprompt::python
