// What the optional library librelprompt-fonts offers: text in real fonts. Both come from one build; the
// version in the table refuses any other pair.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace relprompt::image {

/// A line of text as the share of each pixel that it covers.
struct TextMask {
  int left = 0, top = 0;      ///< of the mask, from the start of the line and its baseline; down is positive
  int height = 0, width = 0;  ///< pixels
  int advance = 0;            ///< pixels from the start to the end of the line
  std::vector<std::uint8_t> coverage;  ///< [height, width], 255 is all
};

struct FontTable {
  const char* version;  ///< RELPROMPT_VERSION of its build
  /// The text (valid UTF-8) with capitals `height` pixels high; right-to-left scripts read as they should, a
  /// character that no font has is a box. False where there is no font at all. Any thread may call it.
  bool (*render)(const std::string& text, int height, TextMask& mask);
};

/// The name under which the library exports `const FontTable* f()`.
constexpr const char* kFontSymbol = "relprompt_fonts";

/// The table, loading the library at the first call; nullptr where it is not installed, or no font is, or
/// RELPROMPT_FONTS=off says so.
const FontTable* font_table();

}  // namespace relprompt::image
