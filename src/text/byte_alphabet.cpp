#include "text/byte_alphabet.h"

namespace relprompt::text {
namespace {

/// '!' to '~' and the visible part of Latin-1, without the soft hyphen.
bool is_printable(std::size_t byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

/// UTF-8 of a code point below U+0800.
std::string utf8(std::size_t character) {
  if (character < 0x80) return std::string(1, static_cast<char>(character));
  return {static_cast<char>(0xC0 | (character >> 6)), static_cast<char>(0x80 | (character & 0x3F))};
}

ByteAlphabet make_alphabet() {
  ByteAlphabet alphabet;
  std::size_t next = 0;
  for (std::size_t byte = 0; byte < kByteCount; ++byte) {
    if (!is_printable(byte)) continue;
    alphabet.character[byte] = utf8(byte);
    alphabet.order[next++] = static_cast<std::uint8_t>(byte);
  }
  const std::size_t printable = next;
  for (std::size_t byte = 0; byte < kByteCount; ++byte) {
    if (is_printable(byte)) continue;
    alphabet.character[byte] = utf8(kByteCount + next - printable);
    alphabet.order[next++] = static_cast<std::uint8_t>(byte);
  }
  return alphabet;
}

}  // namespace

const ByteAlphabet& byte_alphabet() {
  static const ByteAlphabet alphabet = make_alphabet();
  return alphabet;
}

}  // namespace relprompt::text
