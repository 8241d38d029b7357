// NumPy arrays over memory of C++ objects, without a copy.
#pragma once

#include <vector>

#include <pybind11/numpy.h>

namespace relprompt::python {

/// A read-only array over data, which belongs to owner: the array keeps that alive, and nothing may change
/// it.
template <typename Number>
pybind11::array view(const Number* data, const std::vector<pybind11::ssize_t>& shape,
                     const pybind11::dtype& type, const pybind11::object& owner) {
  pybind11::array array(type, shape, data, owner);
  array.attr("setflags")(pybind11::arg("write") = false);
  return array;
}

template <typename Number>
pybind11::array view(const Number* data, const std::vector<pybind11::ssize_t>& shape,
                     const pybind11::object& owner) {
  return view(data, shape, pybind11::dtype::of<Number>(), owner);
}

}  // namespace relprompt::python
