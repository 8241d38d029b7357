// What the optional library librelprompt-fonts offers: text in real fonts. Both come from one build; the
// version in the table refuses any other pair.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace relprompt::image {

/// Where the letters of a line of text are.
struct TextBox {
  int left = 0, top = 0;  ///< from the start of the line and its baseline, pixels; down is positive
  int height = 0, width = 0;
  int advance = 0;  ///< pixels from the start to the end of the line
};

/// A line of text as the share of each pixel that it covers.
struct TextMask : TextBox {
  std::vector<std::uint8_t> coverage;  ///< [height, width], 255 is all
};

/// Texts are valid UTF-8 and drawn with capitals `height` pixels high; right-to-left scripts read as they
/// should, a character that no font has is a box. Of a text beyond some thousand letters only the first
/// count. False where there is no font at all. Any thread may call them.
struct FontTable {
  const char* version;  ///< RELPROMPT_VERSION of its build
  /// Only where the letters will be, which costs a tenth; the mask may differ by a pixel at each side.
  bool (*measure)(const std::string& text, int height, TextBox& box);
  bool (*render)(const std::string& text, int height, TextMask& mask);
};

/// The name under which the library exports `const FontTable* f()`.
constexpr const char* kFontSymbol = "relprompt_fonts";

/// The table, loading the library at the first call; nullptr where it is not installed, or no font is, or
/// RELPROMPT_FONTS=off says so.
const FontTable* font_table();

}  // namespace relprompt::image
