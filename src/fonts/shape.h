// A line of text as glyphs at their places: what measuring and drawing have in common.
#pragma once

#include <string>
#include <vector>

#include "fonts/faces.h"
#include "image/font_table.h"

namespace relprompt::fonts {

struct PlacedGlyph {
  std::size_t face = 0;
  hb_codepoint_t number = 0;
  double x = 0, y = 0;  ///< pixels from the start of the line and its baseline; down is positive
};

struct ShapedLine {
  std::vector<PlacedGlyph> glyphs;
  double advance = 0;  ///< pixels
};

/// Of a longer text only its first letters count, so that no name of a class costs more than a line.
constexpr int kLongestLine = 2048;  // UTF-16 units

/// A piece whose face has no such size has the boxes of the first face; it is left out if that has none.
ShapedLine shape(const std::string& utf8, int height, Faces& faces);

/// The box around the letters' outlines, rounded outwards.
image::TextBox box_of(const ShapedLine& line, int height, Faces& faces);

}  // namespace relprompt::fonts
