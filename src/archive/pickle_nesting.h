// A pickle's memo can build values that contain themselves; everything after the reader may rely on a
// finite tree of modest depth.
#pragma once

#include "archive/pickle_value.h"

namespace relprompt::archive {

/// Deepest nesting that is read; state dicts need about five levels, TorchScript modules about twenty.
constexpr std::uint32_t kMaxPickleDepth = 200;

/// Throws Error(kPickleMalformed) if the root contains itself or nests deeper than kMaxPickleDepth.
void check_nesting(const PickleTree& tree);

}  // namespace relprompt::archive
