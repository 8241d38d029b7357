#include "text/html_entities.h"

#include <algorithm>

#include <unicode/utf.h>
#include <unicode/utf8.h>

namespace relprompt::text {
namespace {

constexpr UChar32 kReplacement = 0xFFFD;
constexpr std::size_t kLongestName = 8;  // "thetasym"

// References to 128-159 mean the Windows code page that their authors had in mind. 0: no character there.
constexpr std::array<std::uint16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const HtmlEntity* find_entity(std::string_view name) {
  const auto* found = std::lower_bound(
      kHtmlEntities.begin(), kHtmlEntities.end(), name,
      [](const HtmlEntity& entity, std::string_view wanted) { return entity.name < wanted; });
  return found != kHtmlEntities.end() && found->name == name ? found : nullptr;
}

/// The old Latin-1 names are understood without a semicolon; &apos; is younger.
bool may_lack_semicolon(const HtmlEntity& entity) {
  return entity.character < 256 && entity.name != "apos";
}

void append(std::string& text, UChar32 character) {
  if (U_IS_SURROGATE(character) || character > 0x10FFFF) character = kReplacement;
  std::array<std::uint8_t, U8_MAX_LENGTH> bytes{};
  std::size_t size = 0;
  U8_APPEND_UNSAFE(bytes.data(), size, character);
  text.append(reinterpret_cast<const char*>(bytes.data()), size);
}

UChar32 meaning_of_number(UChar32 number) {
  if (number == 0) return kReplacement;
  if (number < 0x80 || number > 0x9F) return number;
  const std::uint16_t windows = kWindows1252[static_cast<std::size_t>(number - 0x80)];
  return windows != 0 ? windows : number;
}

/// Reads "#65;" or "#x41;" (the semicolon is optional) at the start of `rest`.
/// @return bytes read, 0 if there is no number
std::size_t read_number(std::string_view rest, std::string& out) {
  const bool hex = rest.size() > 1 && (rest[1] == 'x' || rest[1] == 'X');
  const std::size_t first = hex ? 2 : 1;
  std::size_t end = first;
  UChar32 number = 0;
  while (end < rest.size() && (hex ? is_hex(rest[end]) : is_digit(rest[end]))) {
    const char c = rest[end++];
    const int digit = is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
    if (number <= 0x10FFFF) number = number * (hex ? 16 : 10) + digit;
  }
  if (end == first) return 0;
  append(out, meaning_of_number(number));
  return end + (end < rest.size() && rest[end] == ';' ? 1 : 0);
}

/// Reads a name at the start of `rest`. @return bytes read, 0 if there is no known one
std::size_t read_name(std::string_view rest, std::string& out) {
  std::size_t end = 0;
  while (end < rest.size() && end <= kLongestName && is_name(rest[end])) ++end;
  if (end < rest.size() && rest[end] == ';') {
    if (const HtmlEntity* entity = find_entity(rest.substr(0, end))) {
      append(out, entity->character);
      return end + 1;
    }
  }
  for (; end > 1; --end) {
    const HtmlEntity* entity = find_entity(rest.substr(0, end));
    if (entity == nullptr || !may_lack_semicolon(*entity)) continue;
    append(out, entity->character);
    return end;
  }
  return 0;
}

}  // namespace

std::string unescape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t ampersand = text.find('&');
    out += text.substr(0, ampersand);
    if (ampersand == std::string_view::npos) break;
    text.remove_prefix(ampersand + 1);
    const bool number = !text.empty() && text.front() == '#';
    const std::size_t read = number ? read_number(text, out) : read_name(text, out);
    if (read == 0) out += '&';
    text.remove_prefix(read);
  }
  return out;
}

}  // namespace relprompt::text
