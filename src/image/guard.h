// The border to libraries: exceptions of OpenCV and others, and failed allocations, become the project's own
// errors.
#pragma once

#include <string>
#include <utility>

#include "relprompt/error.h"

namespace relprompt::image {

/// Call inside a catch block. An Error passes as it is; a failed allocation becomes Error(kOutOfMemory); any
/// other exception becomes Error(code) that says what was being done.
[[noreturn]] void rethrow_as_error(ErrorCode code, const std::string& doing);

/// Runs `work` and translates what it throws; `doing` completes "cannot ...".
template <class Work>
auto guarded(ErrorCode code, const std::string& doing, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    rethrow_as_error(code, doing);
  }
}

}  // namespace relprompt::image
