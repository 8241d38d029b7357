#include "fonts/shape.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "fonts/line.h"

namespace relprompt::fonts {
namespace {

/// Shapes a piece in a face and appends its glyphs.
void append_piece(const icu::UnicodeString& text, const Piece& piece, std::size_t number, const Face& face,
                  ShapedLine& line) {
  const std::unique_ptr<hb_buffer_t, void (*)(hb_buffer_t*)> buffer(hb_buffer_create(), hb_buffer_destroy);
  hb_buffer_add_utf16(buffer.get(), reinterpret_cast<const std::uint16_t*>(text.getBuffer()), text.length(),
                      static_cast<unsigned>(piece.begin), piece.length);
  hb_buffer_set_direction(buffer.get(), piece.right_to_left ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
  hb_buffer_set_script(buffer.get(), hb_script_from_string(uscript_getShortName(piece.script), -1));
  hb_buffer_guess_segment_properties(buffer.get());  // the language
  hb_shape(face.shaper, buffer.get(), nullptr, 0);
  unsigned count = 0;
  const auto* shapes = hb_buffer_get_glyph_infos(buffer.get(), &count);
  const auto* places = hb_buffer_get_glyph_positions(buffer.get(), &count);
  for (unsigned i = 0; i < count; ++i) {
    line.glyphs.push_back(
        {number, shapes[i].codepoint, line.advance + places[i].x_offset / 64.0, -places[i].y_offset / 64.0});
    line.advance += places[i].x_advance / 64.0;
  }
}

}  // namespace

ShapedLine shape(const std::string& utf8, int height, Faces& faces) {
  // Four bytes hold one unit at least, so that nothing else of a huge text is looked at.
  auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(
      utf8.data(), static_cast<int32_t>(std::min<std::size_t>(utf8.size(), 4 * kLongestLine))));
  if (text.length() > kLongestLine) text.truncate(text.getChar32Start(kLongestLine));
  ShapedLine line;
  for (const Piece& piece : pieces_of(text, faces)) {
    std::size_t number = piece.face;
    const Face* face = faces.open(number, height);
    if (face == nullptr) face = faces.open(number = 0, height);
    if (face != nullptr) append_piece(text, piece, number, *face, line);
  }
  return line;
}

image::TextBox box_of(const ShapedLine& line, int height, Faces& faces) {
  double left = 0, top = 0, right = 0, bottom = 0;
  bool first = true;
  for (const PlacedGlyph& glyph : line.glyphs) {
    const Face* face = faces.open(glyph.face, height);
    hb_glyph_extents_t ink = {};
    if (face == nullptr || hb_font_get_glyph_extents(face->shaper, glyph.number, &ink) == 0) continue;
    if (ink.width == 0 || ink.height == 0) continue;
    // HarfBuzz counts upwards: heights are negative.
    const double x = glyph.x + ink.x_bearing / 64.0, y = glyph.y - ink.y_bearing / 64.0;
    const double end = x + ink.width / 64.0, lowest = y - ink.height / 64.0;
    left = first ? x : std::min(left, x);
    top = first ? y : std::min(top, y);
    right = first ? end : std::max(right, end);
    bottom = first ? lowest : std::max(bottom, lowest);
    first = false;
  }
  image::TextBox box;
  box.left = static_cast<int>(std::floor(left));
  box.top = static_cast<int>(std::floor(top));
  box.width = static_cast<int>(std::ceil(right)) - box.left;
  box.height = static_cast<int>(std::ceil(bottom)) - box.top;
  box.advance = static_cast<int>(std::lround(line.advance));
  return box;
}

}  // namespace relprompt::fonts
