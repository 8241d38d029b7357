// The fonts of this machine: for every character the first one in fontconfig's order of sans-serif faces that
// has it as an outline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <fontconfig/fontconfig.h>
#include <freetype/freetype.h>
#include <hb.h>

namespace relprompt::fonts {

/// A face at one size.
struct Face {
  FT_Face face = nullptr;
  hb_font_t* shaper = nullptr;
  int height = 0;  ///< of capitals, pixels; 0 before the first size
};

/// Whether a font's letters are outlines of one colour. Colour emoji and bitmap fonts are not: they have
/// few sizes or one, and their pixels are no coverage.
bool has_plain_outlines(const FcPattern* font);

class Faces {
 public:
  Faces();
  /// The fonts of a configuration, which this takes over.
  explicit Faces(FcConfig* config);
  ~Faces();
  Faces(const Faces&) = delete;
  Faces& operator=(const Faces&) = delete;

  /// No font that can be opened.
  bool empty() const { return fonts_.empty(); }
  /// Number of the face for a character, one that can be opened; that of the first one if no face has it,
  /// whose box is drawn then.
  std::size_t face_of(std::uint32_t character);
  /// The face with capitals so many pixels high; its pointers are valid until the next call. nullptr if it
  /// has no such size.
  const Face* open(std::size_t number, int height);

 private:
  bool opens(std::size_t number);

  FT_Library library_ = nullptr;
  FcConfig* config_ = nullptr;
  FcFontSet* sorted_ = nullptr;
  std::vector<FcPattern*> fonts_;               ///< those of sorted_ that have plain outlines
  std::map<std::size_t, Face> opened_;          ///< without a face where the file cannot be opened
  std::map<std::uint32_t, std::size_t> known_;  ///< by character
};

}  // namespace relprompt::fonts
