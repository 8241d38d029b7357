// How much memory a device of the stand-in has.
#pragma once

#include <cstddef>

namespace relprompt::stand_in {

/// Bytes.
constexpr std::size_t memory() {
  return std::size_t{8} << 30;
}

}  // namespace relprompt::stand_in
