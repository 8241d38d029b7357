// Nothing but relprompt::Error leaves the library: LibTorch's exceptions are turned into ours here.
#pragma once

#include <new>
#include <string>

#include <torch/torch.h>

#include "relprompt/error.h"

namespace relprompt::network {

/// Calls f; memory that ran out becomes Error(kOutOfMemory), anything else from LibTorch Error(kInternal).
template <typename Function>
auto guarded(const Function& f) -> decltype(f()) {
  constexpr const char* kLessMemory =
      "a smaller window, short side or batch, fewer classes, train.activation_checkpointing: true, or a "
      "machine with more "
      "memory would help";
  try {
    return f();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kOutOfMemory, "out of memory", kLessMemory);
  } catch (const c10::Error& problem) {
    const std::string text = problem.what_without_backtrace();
    const bool memory = text.find("not enough memory") != std::string::npos ||
                        text.find("out of memory") != std::string::npos;
    if (memory) throw Error(ErrorCode::kOutOfMemory, text, kLessMemory);
    throw Error(ErrorCode::kInternal, "LibTorch: " + text, "this is a bug of relprompt; please report it");
  }
}

}  // namespace relprompt::network
