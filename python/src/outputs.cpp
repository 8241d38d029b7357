// Drawing and writing what was found: include/relprompt/output.h.
#include <cstring>

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "relprompt/output.h"

#include "arrays.h"
#include "bindings.h"
#include "gil.h"
#include "session.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;
namespace fs = std::filesystem;

/// IEEE half precision, which is exact in single precision.
float from_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1Fu, fraction = half & 0x3FFu;
  float value = 0;
  if (exponent == 0) {
    value = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  const std::uint32_t bits = sign | wide << 23 | fraction << 13;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

void save_scores(const fs::path& path, const Found& found) {
  const auto& map = found.result.labels;
  const std::size_t pixels = map.labels.size(), classes = found.result.pixels.size();
  ScoreFile file(path, classes, map.height, map.width);
  std::vector<float> plane(pixels);
  for (std::size_t label = 0; label < classes; ++label) {
    for (std::size_t i = 0; i < pixels; ++i) plane[i] = from_half(found.scores[label * pixels + i]);
    file.append(plane.data(), 1);
  }
  file.commit(map);
}

std::shared_ptr<Image> overlay(const Image& image, const Found& found, const ClassList& classes,
                               const OverlayOptions& options) {
  return std::make_shared<Image>(draw_overlay(image, found.result.labels, classes, options));
}

/// @param path of the image as seen from its results; may be empty
ImageResult seen(const std::string& name, const std::string& stem, const Found& found, const Image& image,
                 const std::string& path = "") {
  ImageResult result{name, stem, found.result.labels};
  result.image = &image;
  result.path = path;
  return result;
}

/// An OutputWriter from Python. It is used by one thread at a time, which Python's caller sees to.
class Writer {
 public:
  Writer(const fs::path& folder, const std::vector<std::string>& formats, const ClassList& classes,
         const OutputOptions& options)
      : writer_(folder, formats, classes, options) {}

  std::vector<fs::path> add(const std::string& name, const std::string& stem, const Found& found,
                            const Image& image, const std::string& path) {
    return without_gil([&] { return writer_.add(seen(name, stem, found, image, path)); });
  }
  std::vector<fs::path> finish() {
    return without_gil([&] { return writer_.finish(); });
  }

 private:
  OutputWriter writer_;
};

std::vector<std::pair<std::string, py::bytes>> encode(const std::string& format, const std::string& name,
                                                      const std::string& stem, const Found& found,
                                                      const Image& image, const ClassList& classes,
                                                      const OutputOptions& options) {
  const auto files =
      without_gil([&] { return encode_output(format, seen(name, stem, found, image), classes, options); });
  std::vector<std::pair<std::string, py::bytes>> result;
  for (const auto& file : files) result.emplace_back(file.name, file.bytes);
  return result;
}

}  // namespace

void bind_outputs(py::module_& module) {
  py::class_<OutputFormat>(module, "OutputFormat")
      .def_readonly("name", &OutputFormat::name)
      .def_readonly("image_file", &OutputFormat::image_file)
      .def_readonly("run_files", &OutputFormat::run_files)
      .def_readonly("about", &OutputFormat::about);
  py::class_<Writer>(module, "Writer")
      .def(py::init<const fs::path&, const std::vector<std::string>&, const ClassList&,
                    const OutputOptions&>(),
           py::arg("folder"), py::arg("formats"), py::arg("classes"), py::arg("options"))
      .def("add", &Writer::add, py::arg("name"), py::arg("stem"), py::arg("found"), py::arg("image"),
           py::arg("path"))
      .def("finish", &Writer::finish);
  module.def("output_formats", &output_formats);
  module.def(
      "output_format", [](const std::string& name) { return output_format(name); }, py::arg("name"));
  module.def("encode", encode, py::arg("format"), py::arg("name"), py::arg("stem"), py::arg("found"),
             py::arg("image"), py::arg("classes"), py::arg("options"));
  module.def("class_color", &class_color, py::arg("label"));
  module.def("draw_overlay", freely(overlay), py::arg("image"), py::arg("found"), py::arg("classes"),
             py::arg("options"));
  module.def("write_scores", freely(save_scores), py::arg("path"), py::arg("found"));
  module.def("write_text", freely(write_text), py::arg("path"), py::arg("text"));
}

}  // namespace relprompt::python
