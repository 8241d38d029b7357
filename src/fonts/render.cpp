// librelprompt-fonts.so: text as coverage, and one symbol that offers it.
#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

#include <freetype/ftoutln.h>

#include "relprompt/export.h"
#include "relprompt/version.h"

#include "fonts/faces.h"
#include "fonts/line.h"
#include "image/font_table.h"

namespace relprompt::fonts {
namespace {

constexpr int kLargest = 4096;  // pixels of a side of a glyph, and of a text's height

struct Glyph {
  int left = 0, top = 0, width = 0, height = 0;
  std::vector<std::uint8_t> coverage;
};

/// Renders what the face holds of a glyph at the pen's place.
Glyph rendered(FT_Face face, hb_codepoint_t number, double x, double y) {
  Glyph glyph;
  if (FT_Load_Glyph(face, number, FT_LOAD_TARGET_LIGHT) != 0) return glyph;
  // The part of a pixel that the pen stands at moves the outline, so that letters keep their distances.
  const double whole = std::floor(x);
  if (face->glyph->format == FT_GLYPH_FORMAT_OUTLINE) {
    FT_Outline_Translate(&face->glyph->outline, static_cast<FT_Pos>((x - whole) * 64), 0);
  }
  if (FT_Render_Glyph(face->glyph, FT_RENDER_MODE_NORMAL) != 0) return glyph;
  const FT_Bitmap& bitmap = face->glyph->bitmap;
  const auto width = static_cast<int>(bitmap.width), height = static_cast<int>(bitmap.rows);
  if (bitmap.pixel_mode != FT_PIXEL_MODE_GRAY || width > kLargest || height > kLargest) return glyph;
  glyph.left = static_cast<int>(whole) + face->glyph->bitmap_left;
  glyph.top = static_cast<int>(std::lround(y)) - face->glyph->bitmap_top;
  glyph.width = width;
  glyph.height = height;
  for (int row = 0; row < height; ++row) {
    const std::uint8_t* pixels = bitmap.buffer + static_cast<std::ptrdiff_t>(row) * bitmap.pitch;
    glyph.coverage.insert(glyph.coverage.end(), pixels, pixels + width);
  }
  return glyph;
}

/// Shapes a piece and appends its glyphs; returns where the pen stands after it.
double append_piece(const icu::UnicodeString& text, const Piece& piece, const Face& face, double pen,
                    std::vector<Glyph>& glyphs) {
  const std::unique_ptr<hb_buffer_t, void (*)(hb_buffer_t*)> buffer(hb_buffer_create(), hb_buffer_destroy);
  hb_buffer_add_utf16(buffer.get(), reinterpret_cast<const std::uint16_t*>(text.getBuffer()), text.length(),
                      static_cast<unsigned>(piece.begin), piece.length);
  hb_buffer_set_direction(buffer.get(), piece.right_to_left ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
  hb_buffer_guess_segment_properties(buffer.get());
  hb_shape(face.shaper, buffer.get(), nullptr, 0);
  unsigned count = 0;
  const auto* shapes = hb_buffer_get_glyph_infos(buffer.get(), &count);
  const auto* places = hb_buffer_get_glyph_positions(buffer.get(), &count);
  for (unsigned i = 0; i < count; ++i) {
    glyphs.push_back(rendered(face.face, shapes[i].codepoint, pen + places[i].x_offset / 64.0,
                              -places[i].y_offset / 64.0));
    pen += places[i].x_advance / 64.0;
  }
  return pen;
}

/// All glyphs in one mask; where they overlap the larger coverage counts.
void join(const std::vector<Glyph>& glyphs, image::TextMask& mask) {
  int right = 0, bottom = 0;
  bool first = true;
  for (const Glyph& glyph : glyphs) {
    if (glyph.coverage.empty()) continue;
    mask.left = first ? glyph.left : std::min(mask.left, glyph.left);
    mask.top = first ? glyph.top : std::min(mask.top, glyph.top);
    right = first ? glyph.left + glyph.width : std::max(right, glyph.left + glyph.width);
    bottom = first ? glyph.top + glyph.height : std::max(bottom, glyph.top + glyph.height);
    first = false;
  }
  if (first) return;
  mask.width = right - mask.left;
  mask.height = bottom - mask.top;
  mask.coverage.assign(static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height), 0);
  for (const Glyph& glyph : glyphs) {
    for (int y = 0; y < glyph.height; ++y) {
      const auto row =
          static_cast<std::size_t>(glyph.top + y - mask.top) * static_cast<std::size_t>(mask.width);
      std::uint8_t* to = mask.coverage.data() + row + (glyph.left - mask.left);
      const std::uint8_t* from = glyph.coverage.data() + static_cast<std::ptrdiff_t>(y) * glyph.width;
      for (int x = 0; x < glyph.width; ++x) to[x] = std::max(to[x], from[x]);
    }
  }
}

bool render(const std::string& utf8, int height, image::TextMask& mask) {
  static std::mutex one_at_a_time;  // faces have one size at a time
  const std::lock_guard<std::mutex> guard(one_at_a_time);
  static Faces faces;
  mask = {};
  if (faces.empty() || height < 1 || height > kLargest) return false;
  const auto text = icu::UnicodeString::fromUTF8(utf8);
  std::vector<Glyph> glyphs;
  double pen = 0;
  for (const Piece& piece : pieces_of(text, faces)) {
    const Face* face = faces.open(piece.face, height);
    if (face == nullptr) return false;
    pen = append_piece(text, piece, *face, pen, glyphs);
  }
  mask.advance = static_cast<int>(std::lround(pen));
  join(glyphs, mask);
  return true;
}

}  // namespace
}  // namespace relprompt::fonts

extern "C" RELPROMPT_API const relprompt::image::FontTable* relprompt_fonts() {
  static const relprompt::image::FontTable table = {RELPROMPT_VERSION, relprompt::fonts::render};
  return &table;
}
