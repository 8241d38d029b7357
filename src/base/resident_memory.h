// How much memory this process holds now.
#pragma once

#include <cstdint>

namespace relprompt {

/// Bytes in memory now, libraries included; 0 if the system does not tell.
std::uint64_t resident_bytes() noexcept;

}  // namespace relprompt
