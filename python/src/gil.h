// Work without the GIL, also in threads that Python ends in the middle of it.
//
// When the interpreter ends, a daemon thread that asks for the GIL again is unwound by force. pybind11's own
// guard asks in a destructor, which may not be unwound: the process would abort. So the GIL is asked for
// outside destructors, and a thread that finds the interpreter ending stays where it is, as it does from
// Python 3.14 on.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <pybind11/pybind11.h>

namespace relprompt::python {

/// Gives the GIL away. Null where the interpreter is ending: this thread ends it, and keeps the GIL.
PyThreadState* give_gil();

/// Takes the GIL again after give_gil. Does not return where the interpreter has begun to end since.
void take_gil(PyThreadState* state);

/// Calls work without the GIL; gives its result or throws its exception with it.
template <typename Work>
auto without_gil(const Work& work) -> decltype(work()) {
  using Result = decltype(work());
  PyThreadState* const state = give_gil();
  std::exception_ptr error;
  if constexpr (std::is_void_v<Result>) {
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
    take_gil(state);
    if (error) std::rethrow_exception(error);
  } else {
    std::optional<Result> result;
    try {
      result.emplace(work());
    } catch (...) {
      error = std::current_exception();
    }
    take_gil(state);
    if (error) std::rethrow_exception(error);
    return std::move(*result);
  }
}

/// The function, called without the GIL.
template <typename Result, typename... Arguments>
auto freely(Result (*function)(Arguments...)) {
  return [function](Arguments... arguments) -> Result {
    return without_gil([&] { return function(arguments...); });
  };
}

}  // namespace relprompt::python
