// CLIP's BPE works on bytes, but its files are text: every byte is written as one printable character. Bytes
// that are printable in Latin-1 stand for themselves, the other 68 are written as U+0100, U+0101, ...
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace relprompt::text {

constexpr std::size_t kByteCount = 256;

struct ByteAlphabet {
  std::array<std::string, kByteCount> character;  ///< [byte] its character in the files, as UTF-8
  std::array<std::uint8_t, kByteCount> order;     ///< bytes in the order of their ids: printable ones first
};

/// The one alphabet, made at first use.
const ByteAlphabet& byte_alphabet();

}  // namespace relprompt::text
