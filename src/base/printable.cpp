#include "base/printable.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace relprompt {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string escape_of(UChar32 character) {
  const auto code = static_cast<unsigned>(character);
  if (code < 0x100) return fmt::format("\\x{:02x}", code);
  return code < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
}

}  // namespace

bool is_hidden(std::int32_t character) {
  constexpr UChar32 kNonJoiner = 0x200C, kJoiner = 0x200D;
  if (character == kNonJoiner || character == kJoiner) return false;
  switch (u_charType(character)) {
    case U_CONTROL_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
      return true;
    case U_FORMAT_CHAR:  // but for the few that have a mark, such as the sign before an Arabic year
      return !u_hasBinaryProperty(character, UCHAR_PREPENDED_CONCATENATION_MARK);
    default:
      if (u_hasBinaryProperty(character, UCHAR_NONCHARACTER_CODE_POINT)) return true;  // XML has none
      return u_hasBinaryProperty(character, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) &&
             !u_hasBinaryProperty(character, UCHAR_VARIATION_SELECTOR);
  }
}

std::string printable(std::string_view text, bool keep_lines) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    UChar32 character = 0;
    U8_NEXT(bytes, at, text.size(), character);
    if (character < 0) {
      result += kReplacement;
    } else if (is_hidden(character) && !(keep_lines && character == '\n')) {
      result += escape_of(character);
    } else {
      result += text.substr(start, at - start);
    }
  }
  return result;
}

}  // namespace relprompt
