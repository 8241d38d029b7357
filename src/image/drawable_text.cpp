// Texts before they are drawn: what draw_text can draw of them, and what has room.
#include <algorithm>
#include <memory>
#include <vector>

#include <unicode/brkiter.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include "image/draw_text.h"
#include "image/font_table.h"

namespace relprompt::image {
namespace {

/// UTF-16 units of a line: more than the widest picture has room for.
constexpr int32_t kLongestLine = 2000;

std::string ellipsis() {
  return font_table() != nullptr ? "\u2026" : "..";
}

// Null where ICU's data lacks the rules; then every foreign letter becomes '?'.
const icu::Transliterator* to_ascii() {
  static const std::unique_ptr<icu::Transliterator> rules = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) made.reset();
    return made;
  }();
  return rules.get();
}

std::string as_ascii(icu::UnicodeString text) {
  if (const auto* rules = to_ascii()) rules->transliterate(text);
  std::string ascii;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    ascii += c >= 0x20 && c < 0x7F ? static_cast<char>(c) : c < 0x20 ? ' ' : '?';
  }
  return ascii;
}

/// One line without what changes how others are drawn: control characters and marks of direction.
std::string one_line(const icu::UnicodeString& text) {
  icu::UnicodeString line;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    const auto kind = u_charType(c);
    const bool hidden = kind == U_CONTROL_CHAR || kind == U_LINE_SEPARATOR || kind == U_PARAGRAPH_SEPARATOR;
    const bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (!turns) line.append(hidden ? UChar32{' '} : c);
  }
  std::string utf8;
  return line.toUTF8String(utf8);
}

/// Where the characters of a text end, in bytes; a letter and the marks on it are one.
std::vector<std::size_t> ends_of_characters(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  const std::unique_ptr<UText, UText* (*)(UText*)> bytes(
      utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &status), utext_close);
  if (U_SUCCESS(status)) breaks->setText(bytes.get(), status);
  std::vector<std::size_t> ends;
  if (U_FAILURE(status)) {  // ICU's data lacks the rules
    for (std::size_t i = 1; i <= text.size(); ++i) {
      if (i == text.size() || (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) ends.push_back(i);
    }
    return ends;
  }
  for (int32_t end = breaks->next(); end != icu::BreakIterator::DONE; end = breaks->next())
    ends.push_back(static_cast<std::size_t>(end));
  return ends;
}

}  // namespace

std::string drawable(const std::string& utf8) {
  // Four bytes hold one unit at least, so that nothing else of a huge text is looked at.
  const auto bytes = std::min(utf8.size(), std::size_t{4} * kLongestLine);
  auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(bytes)));
  const bool cut = text.length() > kLongestLine;
  if (cut) text.truncate(text.getChar32Start(kLongestLine));
  const std::string line = font_table() != nullptr ? one_line(text) : as_ascii(text);
  return cut ? line + ellipsis() : line;
}

std::string shortened(const std::string& text, int height, int width) {
  const auto fits = [&](const std::string& line) { return text_width(line, height) <= width; };
  constexpr std::size_t kShort = 64;  // bytes
  if (text.size() <= kShort && fits(text)) return text;
  const auto ends = ends_of_characters(text);
  // Lengths are doubled until one is too wide: the rest of a long text is never shaped.
  std::size_t most = kShort / 2;
  while (most < ends.size() && fits(text.substr(0, ends[most - 1]))) most *= 2;
  if (most >= ends.size() && text.size() > kShort && fits(text)) return text;
  const std::string end = ellipsis();
  std::size_t kept = 0, beyond = std::min(most, ends.size());
  while (beyond > kept + 1) {
    const std::size_t middle = kept + (beyond - kept) / 2;
    (fits(text.substr(0, ends[middle - 1]) + end) ? kept : beyond) = middle;
  }
  std::string line = text.substr(0, kept == 0 ? 0 : ends[kept - 1]);
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line + end;
}

}  // namespace relprompt::image
