// Nothing but relprompt::Error leaves the library.
#pragma once

#include <new>

#include "relprompt/error.h"

namespace relprompt::api {

/// Calls f; memory that ran out becomes Error(kOutOfMemory).
template <typename Function>
auto guarded(const Function& f) -> decltype(f()) {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    throw Error(
        ErrorCode::kOutOfMemory, "out of memory",
        "a smaller window, short side or batch, fewer classes, or a machine with more memory would help");
  }
}

}  // namespace relprompt::api
