#include "fonts/faces.h"

#include <cmath>

#include <freetype/tttables.h>
#include <hb-ft.h>

namespace relprompt::fonts {
namespace {

// Of the height of capitals in faces that do not state it.
constexpr double kUsualCapital = 0.7;

FcFontSet* sorted_fonts(FcConfig* config) {
  FcPattern* pattern = FcPatternCreate();
  FcPatternAddString(pattern, FC_FAMILY, reinterpret_cast<const FcChar8*>("sans-serif"));
  FcPatternAddBool(pattern, FC_SCALABLE, FcTrue);
  FcPatternAddBool(pattern, FC_COLOR, FcFalse);
  FcConfigSubstitute(config, pattern, FcMatchPattern);
  FcDefaultSubstitute(pattern);
  FcResult result = FcResultMatch;
  FcFontSet* fonts = FcFontSort(config, pattern, FcTrue, nullptr, &result);
  FcPatternDestroy(pattern);
  return fonts;
}

double capital_share(FT_Face face) {
  const auto* table = static_cast<const TT_OS2*>(FT_Get_Sfnt_Table(face, FT_SFNT_OS2));
  const bool stated =
      table != nullptr && table->version != 0xFFFF && table->version >= 2 && table->sCapHeight > 0;
  return stated && face->units_per_EM > 0 ? static_cast<double>(table->sCapHeight) / face->units_per_EM
                                          : kUsualCapital;
}

}  // namespace

Faces::Faces() {
  if (FT_Init_FreeType(&library_) != 0) return;
  config_ = FcInitLoadConfigAndFonts();
  if (config_ != nullptr) patterns_ = sorted_fonts(config_);
}

Faces::~Faces() {
  for (auto& [number, face] : opened_) {
    if (face.shaper != nullptr) hb_font_destroy(face.shaper);
    if (face.face != nullptr) FT_Done_Face(face.face);
  }
  if (patterns_ != nullptr) FcFontSetDestroy(patterns_);
  if (config_ != nullptr) FcConfigDestroy(config_);
  if (library_ != nullptr) FT_Done_FreeType(library_);
}

std::size_t Faces::face_of(std::uint32_t character) const {
  const auto [known, is_new] = known_.emplace(character, 0);
  if (!is_new) return known->second;
  for (int i = 0; i < patterns_->nfont; ++i) {
    FcCharSet* characters = nullptr;
    if (FcPatternGetCharSet(patterns_->fonts[i], FC_CHARSET, 0, &characters) == FcResultMatch &&
        FcCharSetHasChar(characters, character)) {
      return known->second = static_cast<std::size_t>(i);
    }
  }
  return 0;
}

const Face* Faces::open(std::size_t number, int height) {
  Face& face = opened_[number];
  if (face.face == nullptr) {
    FcChar8* file = nullptr;
    int index = 0;
    FcPattern* pattern = patterns_->fonts[number];
    if (FcPatternGetString(pattern, FC_FILE, 0, &file) != FcResultMatch) return nullptr;
    FcPatternGetInteger(pattern, FC_INDEX, 0, &index);
    if (FT_New_Face(library_, reinterpret_cast<const char*>(file), index, &face.face) != 0) {
      face.face = nullptr;
      return nullptr;
    }
  }
  const auto size = static_cast<FT_F26Dot6>(std::lround(height / capital_share(face.face) * 64));
  if (FT_Set_Char_Size(face.face, 0, size, 72, 72) != 0) return nullptr;
  if (face.shaper == nullptr) face.shaper = hb_ft_font_create_referenced(face.face);
  hb_ft_font_changed(face.shaper);
  return &face;
}

}  // namespace relprompt::fonts
