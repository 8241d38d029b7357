// The fonts of this machine: for every character the first one in fontconfig's order of sans-serif faces that
// has it.
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
};

class Faces {
 public:
  Faces();
  ~Faces();
  Faces(const Faces&) = delete;
  Faces& operator=(const Faces&) = delete;

  bool empty() const { return patterns_ == nullptr || patterns_->nfont == 0; }
  /// Number of the face for a character; that of the first one if no face has it, whose box is drawn then.
  std::size_t face_of(std::uint32_t character) const;
  /// The face with capitals so many pixels high; its pointers are valid until the next call. nullptr if it
  /// cannot be opened.
  const Face* open(std::size_t number, int height);

 private:
  FT_Library library_ = nullptr;
  FcConfig* config_ = nullptr;
  FcFontSet* patterns_ = nullptr;
  std::map<std::size_t, Face> opened_;
  mutable std::map<std::uint32_t, std::size_t> known_;  ///< by character
};

}  // namespace relprompt::fonts
