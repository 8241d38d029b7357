// What a fuzz target may expect of the code under test.
#pragma once

#include <cstdlib>

#include "relprompt/error.h"

namespace relprompt::fuzz {

/// Ends the process, which libFuzzer reports together with the input, if the condition does not hold.
inline void check(bool holds) {
  if (!holds) std::abort();
}

/// Runs an action that may refuse its input: by an Error whose code `allowed` accepts, and in no other way.
template <typename Allowed, typename Action>
void allow_refusal(const Allowed& allowed, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    check(allowed(error.code()));
  }
}

}  // namespace relprompt::fuzz
