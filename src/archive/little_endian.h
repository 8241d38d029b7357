// Numbers in files. Every format read here is little-endian, and views give file bytes to the caller
// unconverted, so a big-endian host is refused when compiling instead of failing silently.
#pragma once

#include <cstddef>
#include <cstring>

namespace relprompt::archive {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "tensors are used in place, which needs little-endian");

/// Reads a number at any alignment; the caller has checked that its bytes exist.
template <class Number>
Number load_little(const std::byte* bytes) {
  Number value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace relprompt::archive
