#include "text/clean.h"

#include <array>
#include <cstdint>

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include "text/html_entities.h"
#include "text/icu_text.h"

namespace relprompt::text {
namespace {

/// Control characters without a meaning as white space, and the invisible marks that files carry around.
bool is_dropped(UChar32 c) {
  return c <= 0x08 || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || (c >= 0x206A && c <= 0x206F) ||
         c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

/// The letters behind a ligature or digraph of European scripts; nullptr if it is none. NFC keeps these.
const char16_t* letters_of(UChar32 c) {
  static constexpr std::array<const char16_t*, 9> kDigraphs = {
      u"D\u017D", u"D\u017E", u"d\u017E", u"LJ", u"Lj", u"lj", u"NJ", u"Nj", u"nj"};
  static constexpr std::array<const char16_t*, 7> kPresentation = {u"ff",  u"fi",      u"fl", u"ffi",
                                                                   u"ffl", u"\u017Ft", u"st"};
  if (c >= 0x01C4 && c <= 0x01CC) return kDigraphs[static_cast<std::size_t>(c - 0x01C4)];
  if (c >= 0xFB00 && c <= 0xFB06) return kPresentation[static_cast<std::size_t>(c - 0xFB00)];
  switch (c) {
    case 0x0132:
      return u"IJ";
    case 0x0133:
      return u"ij";
    case 0x0149:
      return u"\u02BCn";
    case 0x01F1:
      return u"DZ";
    case 0x01F2:
      return u"Dz";
    case 0x01F3:
      return u"dz";
    default:
      return nullptr;
  }
}

/// The plain quotation mark for a curly one; any other character is returned unchanged.
UChar32 straightened(UChar32 c) {
  if (c == 0x02BC || (c >= 0x2018 && c <= 0x201B)) return '\'';
  if (c >= 0x201C && c <= 0x201F) return '"';
  return c;
}

bool has_odd_width(UChar32 c) {
  return c == 0x3000 || (c >= 0xFF01 && c <= 0xFFEF);
}

icu::UnicodeString plain_characters(const icu::UnicodeString& text) {
  icu::UnicodeString plain;
  for (int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    const UChar32 c = text.char32At(at);
    if (is_dropped(c)) continue;
    if (has_odd_width(c)) {
      plain.append(compose_compatible(icu::UnicodeString(c)));
    } else if (const char16_t* letters = letters_of(c)) {
      for (; *letters != 0; ++letters) plain.append(straightened(*letters));
    } else {
      plain.append(straightened(c));
    }
  }
  return plain;
}

}  // namespace

std::string clean(std::string_view text) {
  const std::string unescaped = unescape_html(unescape_html(text));
  const icu::UnicodeString plain = plain_characters(from_utf8(unescaped));
  icu::UnicodeString collapsed = collapse_white_space(compose(plain));
  return to_utf8(collapsed.toLower(icu::Locale::getRoot()));
}

}  // namespace relprompt::text
