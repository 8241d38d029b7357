// Reads a pickle as data. Python's own reader runs whatever code the file names; this one has no way to.
#pragma once

#include <cstddef>
#include <string>

#include "archive/pickle_value.h"

namespace relprompt::archive {

/// Reads the opcodes that PyTorch writes (protocol 2, and those of protocol 4 that stand for plain data).
/// The result is free of cycles and of modest depth. `source` names the pickle in messages.
/// Throws Error: kPickleOpcode, kPickleGlobal, kPickleMalformed, kUnsupportedDtype, kShapeOverflow,
/// kBadOffsets.
PickleTree read_pickle(const std::byte* data, std::size_t size, const std::string& source);

}  // namespace relprompt::archive
