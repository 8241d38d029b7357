// librelprompt-fonts.so: text as coverage, and one symbol that offers it.
#include <algorithm>
#include <cmath>
#include <mutex>

#include <freetype/ftoutln.h>

#include "relprompt/export.h"
#include "relprompt/version.h"

#include "fonts/faces.h"
#include "fonts/shape.h"
#include "image/font_table.h"

namespace relprompt::fonts {
namespace {

constexpr int kLargest = 4096;  // pixels of a side of a glyph, and of a text's height
constexpr int kWidest = 16384;  // pixels from the start of a line; glyphs beyond are not drawn

struct Glyph {
  int left = 0, top = 0, width = 0, height = 0;
  std::vector<std::uint8_t> coverage;
};

/// Renders what the face holds of a glyph at the pen's place.
Glyph rendered(FT_Face face, hb_codepoint_t number, double x, double y) {
  Glyph glyph;
  // Pictures of letters that a font has beside the outlines have sizes of their own and may be black and
  // white.
  if (FT_Load_Glyph(face, number, FT_LOAD_TARGET_LIGHT | FT_LOAD_NO_BITMAP) != 0) return glyph;
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

/// Calls use(faces), one thread at a time: faces have one size at a time. False without any font.
template <typename Use>
bool with_faces(int height, Use use) {
  static std::mutex one_at_a_time;
  const std::lock_guard<std::mutex> guard(one_at_a_time);
  static Faces faces;
  if (faces.empty() || height < 1 || height > kLargest) return false;
  use(faces);
  return true;
}

bool measure(const std::string& utf8, int height, image::TextBox& box) {
  box = {};
  return with_faces(height, [&](Faces& faces) { box = box_of(shape(utf8, height, faces), height, faces); });
}

bool render(const std::string& utf8, int height, image::TextMask& mask) {
  mask = {};
  return with_faces(height, [&](Faces& faces) {
    const ShapedLine line = shape(utf8, height, faces);
    std::vector<Glyph> glyphs;
    for (const PlacedGlyph& glyph : line.glyphs) {
      const Face* face = faces.open(glyph.face, height);
      if (face != nullptr && std::abs(glyph.x) < kWidest && std::abs(glyph.y) < kLargest)
        glyphs.push_back(rendered(face->face, glyph.number, glyph.x, glyph.y));
    }
    mask.advance = static_cast<int>(std::lround(line.advance));
    join(glyphs, mask);
  });
}

}  // namespace
}  // namespace relprompt::fonts

extern "C" RELPROMPT_API const relprompt::image::FontTable* relprompt_fonts() {
  static const relprompt::image::FontTable table = {RELPROMPT_VERSION, relprompt::fonts::measure,
                                                    relprompt::fonts::render};
  return &table;
}
