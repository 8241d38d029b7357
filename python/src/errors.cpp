// relprompt::Error becomes the Python exception that relprompt/errors.py has for its code.
#include <string>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "relprompt/error.h"

#include "bindings.h"

namespace relprompt::python {
namespace {

namespace py = pybind11;

/// The closed list, first to last, as names and exit statuses.
std::vector<std::pair<std::string, int>> error_codes() {
  std::vector<std::pair<std::string, int>> codes;
  for (int number = 0; number <= static_cast<int>(ErrorCode::kInternal); ++number) {
    const auto code = static_cast<ErrorCode>(number);
    codes.emplace_back(name_of(code), exit_status(code));
  }
  return codes;
}

void raise(const Error& error) {
  const py::object make = py::module_::import("relprompt.errors").attr("error_of");
  // A name in a message need not be UTF-8.
  const std::string message = error.what();
  const auto text = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(message.data(), static_cast<py::ssize_t>(message.size()), "replace"));
  const py::object value = make(name_of(error.code()), text);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(value.ptr())), value.ptr());
}

}  // namespace

void bind_errors(py::module_& module) {
  module.def("error_codes", error_codes, "Every error code's name with the program's exit status for it.");
  // pybind11 gives it by value. NOLINTNEXTLINE(performance-unnecessary-value-param)
  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
      raise(error);
    }
  });
}

}  // namespace relprompt::python
