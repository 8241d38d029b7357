// Images: from encoded bytes, from files and from NumPy arrays.
#include <memory>

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "relprompt/image.h"

#include "arrays.h"
#include "bindings.h"
#include "gil.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;

using Bytes = py::array_t<std::uint8_t, py::array::c_style>;

/// `bytes` must not change during the call, which releases the GIL.
std::shared_ptr<Image> decode(const py::bytes& bytes, const DecodeOptions& options, const std::string& name) {
  char* data = nullptr;
  py::ssize_t size = 0;
  if (PyBytes_AsStringAndSize(bytes.ptr(), &data, &size) != 0) throw py::error_already_set();
  const DecodeOptions own = options;
  return without_gil([&] {
    return std::make_shared<Image>(
        decode_image(reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size), own, name));
  });
}

std::shared_ptr<Image> read(const std::filesystem::path& path, const DecodeOptions& options) {
  const DecodeOptions own = options;
  return without_gil([&] { return std::make_shared<Image>(read_image(path, own)); });
}

/// A copy, so that the caller may change the array afterwards. Python has checked type and shape.
std::shared_ptr<Image> from_array(const Bytes& pixels) {
  if (pixels.ndim() != 3 || pixels.shape(2) != 3) throw py::value_error("expected [height, width, 3]");
  auto image = std::make_shared<Image>();
  image->height = static_cast<int>(pixels.shape(0));
  image->width = static_cast<int>(pixels.shape(1));
  image->rgb.assign(pixels.data(), pixels.data() + pixels.size());
  return image;
}

py::array pixels_of(const py::object& self) {
  const auto& image = self.cast<const Image&>();
  return view(image.rgb.data(), {image.height, image.width, 3}, self);
}

}  // namespace

void bind_images(py::module_& module) {
  py::class_<Image, std::shared_ptr<Image>>(module, "Image")
      .def_readonly("height", &Image::height)
      .def_readonly("width", &Image::width)
      .def_readonly("notes", &Image::notes)
      .def_property_readonly("pixels", pixels_of);
  module.def("decode_image", decode, py::arg("bytes"), py::arg("options"), py::arg("name"));
  module.def("read_image", read, py::arg("path"), py::arg("options"));
  module.def("image_from_array", from_array, py::arg("pixels").noconvert());
}

}  // namespace relprompt::python
