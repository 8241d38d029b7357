#include "serve/base64.h"

#include <array>
#include <cstdint>

namespace relprompt::serve {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 64, kSpace = 65;

std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  for (const char c : {' ', '\t', '\r', '\n'}) values[static_cast<unsigned char>(c)] = kSpace;
  return values;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  const auto at = [&](std::size_t i) -> std::uint32_t {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t word = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    text += kAlphabet[word >> 18];
    text += kAlphabet[word >> 12 & 63];
    text += i + 1 < bytes.size() ? kAlphabet[word >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? kAlphabet[word & 63] : '=';
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  static const auto values = make_values();
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t word = 0;
  std::size_t characters = 0, padding = 0;
  for (const char c : text) {
    const auto value = values[static_cast<unsigned char>(c)];
    if (value == kSpace) continue;
    if (c == '=') {
      if (++padding > 2) return std::nullopt;
      continue;
    }
    if (value == kNone || padding > 0) return std::nullopt;
    word = word << 6 | value;
    if (++characters % 4 != 0) continue;
    bytes += static_cast<char>(word >> 16 & 255);
    bytes += static_cast<char>(word >> 8 & 255);
    bytes += static_cast<char>(word & 255);
    word = 0;
  }
  const auto left = characters % 4;
  const bool padded = padding == 0 || (left > 0 && padding == 4 - left);
  if (left == 1 || !padded) return std::nullopt;
  if (left == 2) {
    if ((word & 15) != 0) return std::nullopt;
    bytes += static_cast<char>(word >> 4 & 255);
  } else if (left == 3) {
    if ((word & 3) != 0) return std::nullopt;
    bytes += static_cast<char>(word >> 10 & 255);
    bytes += static_cast<char>(word >> 2 & 255);
  }
  return bytes;
}

}  // namespace relprompt::serve
