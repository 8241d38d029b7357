// The parts of the extension module relprompt._core. It is thin: values of include/relprompt and the calls on
// them. What a Python user sees (checks of arguments, names, defaults) is written in Python, in
// python/relprompt.
#pragma once

#include <pybind11/pybind11.h>

namespace relprompt::python {

void bind_errors(pybind11::module_& module);
void bind_options(pybind11::module_& module);
void bind_classes(pybind11::module_& module);
void bind_images(pybind11::module_& module);
void bind_model(pybind11::module_& module);
void bind_result(pybind11::module_& module);
void bind_segmenter(pybind11::module_& module);
void bind_outputs(pybind11::module_& module);
void bind_report(pybind11::module_& module);

}  // namespace relprompt::python
