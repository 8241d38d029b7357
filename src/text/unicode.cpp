#include "text/unicode.h"

#include <algorithm>
#include <cstdint>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/printable.h"
#include "text/icu_text.h"

namespace relprompt::text {
namespace {

struct LastCharacter {
  UChar32 character;  ///< negative if the bytes are no valid UTF-8
  std::size_t size;   ///< bytes
};

/// The last character of a text that is not empty. ICU walks backwards with 32-bit offsets, so it gets only
/// the last bytes.
LastCharacter last_character(std::string_view text) {
  const std::string_view tail = text.substr(text.size() - std::min<std::size_t>(text.size(), U8_MAX_LENGTH));
  const auto* bytes = reinterpret_cast<const uint8_t*>(tail.data());
  auto start = static_cast<int32_t>(tail.size());
  UChar32 character = 0;
  U8_PREV(bytes, 0, start, character);
  return {character, tail.size() - static_cast<std::size_t>(start)};
}

bool is_white_space(UChar32 character) {
  return character >= 0 && u_isUWhiteSpace(character);
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = at;
    UChar32 character = 0;
    U8_NEXT(bytes, at, text.size(), character);
    if (character < 0) return start;
  }
  return std::string_view::npos;
}

std::string_view trim_start(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t next = begin;
    UChar32 character = 0;
    U8_NEXT(bytes, next, text.size(), character);
    if (!is_white_space(character)) break;
    begin = next;
  }
  text.remove_prefix(begin);
  return text;
}

std::string_view trim(std::string_view text) {
  text = trim_start(text);
  while (ends_with_white_space(text)) text.remove_suffix(last_character(text).size);
  return text;
}

bool ends_with_white_space(std::string_view text) {
  return !text.empty() && is_white_space(last_character(text).character);
}

std::string collapse_blanks(std::string_view text) {
  return to_utf8(collapse_white_space(from_utf8(text)));
}

std::string comparison_key(std::string_view text) {
  return to_utf8(collapse_white_space(compose(from_utf8(text)).foldCase()));
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  std::string shown = "'";
  std::size_t at = 0;
  while (at < text.size() && at < kLongest) {
    const std::size_t start = at;
    UChar32 character = 0;
    U8_NEXT(bytes, at, text.size(), character);
    if (character < 0 || is_hidden(character)) {
      shown += '?';
    } else {
      shown += text.substr(start, at - start);
    }
  }
  return shown + (at < text.size() ? "...'" : "'");
}

}  // namespace relprompt::text
