#include "fonts/faces.h"

#include <cmath>

#include <freetype/tttables.h>
#include <hb-ft.h>

namespace relprompt::fonts {
namespace {

// Of faces that neither state the height of their capitals nor have any.
constexpr double kUsualCapital = 0.7;

/// All fonts, the best sans-serif faces first. Nothing is left out because fonts before it have its letters:
/// those may be fonts that are not used.
FcFontSet* sorted_fonts(FcConfig* config) {
  FcPattern* pattern = FcPatternCreate();
  FcPatternAddString(pattern, FC_FAMILY, reinterpret_cast<const FcChar8*>("sans-serif"));
  FcPatternAddBool(pattern, FC_SCALABLE, FcTrue);
  FcPatternAddBool(pattern, FC_COLOR, FcFalse);
  FcConfigSubstitute(config, pattern, FcMatchPattern);
  FcDefaultSubstitute(pattern);
  FcResult result = FcResultMatch;
  FcFontSet* fonts = FcFontSort(config, pattern, FcFalse, nullptr, &result);
  FcPatternDestroy(pattern);
  return fonts;
}

bool is_set(const FcPattern* font, const char* property, bool unstated) {
  FcBool value = FcFalse;
  return FcPatternGetBool(font, property, 0, &value) == FcResultMatch ? value == FcTrue : unstated;
}

bool has_character(const FcPattern* font, std::uint32_t character) {
  FcCharSet* characters = nullptr;
  return FcPatternGetCharSet(font, FC_CHARSET, 0, &characters) == FcResultMatch &&
         FcCharSetHasChar(characters, character);
}

/// The height of capitals as a share of the font's size: as stated, else that of an H.
double capital_share(FT_Face face) {
  if (face->units_per_EM == 0) return kUsualCapital;
  const auto* table = static_cast<const TT_OS2*>(FT_Get_Sfnt_Table(face, FT_SFNT_OS2));
  FT_Pos height = 0;
  if (table != nullptr && table->version != 0xFFFF && table->version >= 2) height = table->sCapHeight;
  const FT_UInt letter = FT_Get_Char_Index(face, 'H');
  if (height <= 0 && letter != 0 && FT_Load_Glyph(face, letter, FT_LOAD_NO_SCALE) == 0)
    height = face->glyph->metrics.horiBearingY;
  return height > 0 ? static_cast<double>(height) / face->units_per_EM : kUsualCapital;
}

}  // namespace

bool has_plain_outlines(const FcPattern* font) {
  return is_set(font, FC_SCALABLE, true) && is_set(font, FC_OUTLINE, true) && !is_set(font, FC_COLOR, false);
}

Faces::Faces() : Faces(FcInitLoadConfigAndFonts()) {}

Faces::Faces(FcConfig* config) : config_(config) {
  if (config_ == nullptr || FT_Init_FreeType(&library_) != 0) return;
  sorted_ = sorted_fonts(config_);
  for (int i = 0; sorted_ != nullptr && i < sorted_->nfont; ++i) {
    if (!has_plain_outlines(sorted_->fonts[i])) continue;
    fonts_.push_back(sorted_->fonts[i]);
    // The first one's box stands for what no font has.
    if (fonts_.size() == 1 && !opens(0)) {
      fonts_.clear();
      opened_.clear();
    }
  }
}

Faces::~Faces() {
  for (auto& [number, face] : opened_) {
    if (face.shaper != nullptr) hb_font_destroy(face.shaper);
    if (face.face != nullptr) FT_Done_Face(face.face);
  }
  if (sorted_ != nullptr) FcFontSetDestroy(sorted_);
  if (config_ != nullptr) FcConfigDestroy(config_);
  if (library_ != nullptr) FT_Done_FreeType(library_);
}

std::size_t Faces::face_of(std::uint32_t character) {
  const auto [known, is_new] = known_.emplace(character, 0);
  if (!is_new) return known->second;
  for (std::size_t i = 0; i < fonts_.size(); ++i) {
    if (has_character(fonts_[i], character) && opens(i)) return known->second = i;
  }
  return 0;
}

bool Faces::opens(std::size_t number) {
  const auto [opened, is_new] = opened_.try_emplace(number);
  Face& face = opened->second;
  if (!is_new) return face.face != nullptr;
  FcChar8* file = nullptr;
  int index = 0;
  if (FcPatternGetString(fonts_[number], FC_FILE, 0, &file) != FcResultMatch) return false;
  FcPatternGetInteger(fonts_[number], FC_INDEX, 0, &index);
  if (FT_New_Face(library_, reinterpret_cast<const char*>(file), index, &face.face) != 0) {
    face.face = nullptr;
  } else if (!FT_IS_SCALABLE(face.face)) {  // whatever fontconfig says of it
    FT_Done_Face(face.face);
    face.face = nullptr;
  }
  return face.face != nullptr;
}

const Face* Faces::open(std::size_t number, int height) {
  if (!opens(number)) return nullptr;
  Face& face = opened_[number];
  if (face.height == height) return &face;
  face.height = 0;
  const auto size = static_cast<FT_F26Dot6>(std::lround(height / capital_share(face.face) * 64));
  if (FT_Set_Char_Size(face.face, 0, size, 72, 72) != 0) return nullptr;
  if (face.shaper == nullptr) {
    face.shaper = hb_ft_font_create_referenced(face.face);
    hb_ft_font_set_load_flags(face.shaper, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP);
  }
  hb_ft_font_changed(face.shaper);
  face.height = height;
  return &face;
}

}  // namespace relprompt::fonts
