// Which fonts are used: in configurations of the tests' own, with fonts that they write.
#include "fonts/faces.h"

#include <string>

#include <gtest/gtest.h>

#include "fonts/shape.h"
#include "test_support.h"

namespace relprompt::fonts {
namespace {

constexpr std::uint32_t kCar = 0x1F697;

/// A font of pixels with one letter, in the form that is text.
std::string bitmap_font(std::uint32_t character) {
  return "STARTFONT 2.1\nFONT -made-Made-Medium-R-Normal--16-160-75-75-C-80-ISO10646-1\nSIZE 16 75 75\n"
         "FONTBOUNDINGBOX 8 8 0 0\nSTARTPROPERTIES 4\nFAMILY_NAME \"Made\"\nPIXEL_SIZE 16\n"
         "CHARSET_REGISTRY \"ISO10646\"\nCHARSET_ENCODING \"1\"\nENDPROPERTIES\nCHARS 1\nSTARTCHAR made\n"
         "ENCODING " +
         std::to_string(character) +
         "\nSWIDTH 500 0\nDWIDTH 8 0\nBBX 8 8 0 "
         "0\nBITMAP\nFF\n81\n81\n81\n81\n81\n81\nFF\nENDCHAR\nENDFONT\n";
}

bool add(FcConfig* config, const std::filesystem::path& file) {
  return FcConfigAppFontAddFile(config, reinterpret_cast<const FcChar8*>(file.c_str())) == FcTrue;
}

/// The file of some font of this machine with plain outlines; empty without one.
std::string outline_font() {
  FcConfig* config = FcInitLoadConfigAndFonts();
  FcFontSet* fonts = FcConfigGetFonts(config, FcSetSystem);
  std::string found;
  for (int i = 0; fonts != nullptr && i < fonts->nfont && found.empty(); ++i) {
    FcChar8* file = nullptr;
    FcCharSet* characters = nullptr;
    if (has_plain_outlines(fonts->fonts[i]) &&
        FcPatternGetString(fonts->fonts[i], FC_FILE, 0, &file) == FcResultMatch &&
        FcPatternGetCharSet(fonts->fonts[i], FC_CHARSET, 0, &characters) == FcResultMatch &&
        FcCharSetHasChar(characters, 'a') && !FcCharSetHasChar(characters, kCar)) {
      found = reinterpret_cast<const char*>(file);
    }
  }
  FcConfigDestroy(config);
  return found;
}

class PlainOutlines : public testing::Test {
 protected:
  FcPattern* font = FcPatternCreate();
  void TearDown() override { FcPatternDestroy(font); }
};

TEST_F(PlainOutlines, AreTakenWhereNothingIsSaidAgainstThem) {
  EXPECT_TRUE(has_plain_outlines(font));
  FcPatternAddBool(font, FC_SCALABLE, FcTrue);
  FcPatternAddBool(font, FC_OUTLINE, FcTrue);
  FcPatternAddBool(font, FC_COLOR, FcFalse);
  EXPECT_TRUE(has_plain_outlines(font));
}

TEST_F(PlainOutlines, AreNotThoseOfColourFonts) {
  FcPatternAddBool(font, FC_SCALABLE, FcTrue);  // as fontconfig says of emoji in pixels
  FcPatternAddBool(font, FC_COLOR, FcTrue);
  EXPECT_FALSE(has_plain_outlines(font));
}

TEST_F(PlainOutlines, AreNotThoseOfFontsOfPixels) {
  FcPatternAddBool(font, FC_SCALABLE, FcFalse);
  EXPECT_FALSE(has_plain_outlines(font));
}

TEST(Faces, WithoutAFontThereIsNone) {
  Faces faces(FcConfigCreate());
  EXPECT_TRUE(faces.empty());
}

TEST(Faces, FontsOfPixelsAloneAreNone) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "made.bdf", bitmap_font('a'));
  FcConfig* config = FcConfigCreate();
  ASSERT_TRUE(add(config, folder / "made.bdf"));
  Faces faces(config);
  EXPECT_TRUE(faces.empty());
}

TEST(Faces, ACharacterThatOnlyAFontOfPixelsHasIsTheBoxOfTheFirstFace) {
  const std::string outlines = outline_font();
  if (outlines.empty()) GTEST_SKIP() << "no font here";
  const test::TemporaryFolder folder;
  test::write_text(folder / "made.bdf", bitmap_font(kCar));
  FcConfig* config = FcConfigCreate();
  ASSERT_TRUE(add(config, folder / "made.bdf"));
  ASSERT_TRUE(add(config, outlines));
  Faces faces(config);
  ASSERT_FALSE(faces.empty());
  EXPECT_EQ(faces.face_of(kCar), faces.face_of('a'));
  for (const int height : {9, 40}) {
    const auto letter = shape("a", height, faces), all = shape("a\U0001F697 a", height, faces);
    ASSERT_EQ(all.glyphs.size(), 4u) << "the line is drawn";
    EXPECT_EQ(all.glyphs[0].number, letter.glyphs[0].number);
    EXPECT_EQ(all.glyphs[1].number, 0u) << "the box";
    EXPECT_EQ(all.glyphs[3].number, letter.glyphs[0].number);
  }
}

TEST(Faces, AFontThatCannotBeOpenedIsPassedOver) {
  const std::string outlines = outline_font();
  if (outlines.empty()) GTEST_SKIP() << "no font here";
  const test::TemporaryFolder folder;
  std::filesystem::copy_file(outlines, folder / "gone.ttf");
  FcConfig* config = FcConfigCreate();
  ASSERT_TRUE(add(config, folder / "gone.ttf"));
  ASSERT_TRUE(add(config, outlines));
  std::filesystem::remove(folder / "gone.ttf");
  Faces faces(config);
  ASSERT_FALSE(faces.empty());
  EXPECT_NE(faces.open(faces.face_of('a'), 20), nullptr);
  EXPECT_GT(box_of(shape("a", 20, faces), 20, faces).height, 0);
}

TEST(Faces, OfAHugeTextOnlyTheFirstLettersAreShaped) {
  Faces faces;
  if (faces.empty()) GTEST_SKIP() << "no font here";
  EXPECT_LE(shape(std::string(10'000'000, 'w'), 20, faces).glyphs.size(), 2048u);
}

}  // namespace
}  // namespace relprompt::fonts
