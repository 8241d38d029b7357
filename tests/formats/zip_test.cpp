// CVAT's archive and zip_archive, opened by Python's zipfile: an implementation that shares nothing with
// ours.
#include <cstdlib>
#include <utility>

#include <gmock/gmock.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "maps.h"
#include "test_support.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;

/// Unpacks with python3; fails the test if it finds anything wrong.
void unpack(const fs::path& archive, const fs::path& folder) {
  const std::string command =
      "python3 -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
      "assert z.testzip() is None; z.extractall(sys.argv[2])' \"" +
      archive.string() + "\" \"" + folder.string() + "\"";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

std::uint32_t pixel(const Image& image, std::size_t i) {
  return static_cast<std::uint32_t>(image.rgb[3 * i] << 16 | image.rgb[3 * i + 1] << 8 |
                                    image.rgb[3 * i + 2]);
}

class Zip : public testing::Test {
 protected:
  const TemporaryFolder scratch_;
};

TEST_F(Zip, CvatsArchiveHasItsFolders) {
  ClassList classes = parse_class_list("road, background, a:b#c");
  const LabelMap map = drawn_map({"aab", "c.b"});
  OutputWriter writer(scratch_ / "out", {"cvat"}, classes);
  writer.add({"a.png", "a", map});
  writer.add({"deep/b.png", "deep/b", map});
  writer.finish();
  unpack(scratch_ / "out/cvat.zip", scratch_ / "unpacked");
  EXPECT_EQ(read_text(scratch_ / "unpacked/ImageSets/Segmentation/default.txt"), "a\ndeep/b\n");
  EXPECT_EQ(read_text(scratch_ / "unpacked/labelmap.txt"),
            "# label:color_rgb:parts:actions\nbackground:0,0,0::\nroad:230,57,74::\na_b_c:59,111,224::\n");
  const Image shown = read_image(scratch_ / "unpacked/SegmentationClass/deep/b.png");
  ASSERT_EQ(shown.width, 3);
  EXPECT_EQ(pixel(shown, 0), class_color(0));
  EXPECT_EQ(pixel(shown, 2), 0u) << "the class background is black";
  EXPECT_EQ(pixel(shown, 3), class_color(2));
  EXPECT_EQ(pixel(shown, 4), 0u) << "unknown";
  const Image objects = read_image(scratch_ / "unpacked/SegmentationObject/a.png");
  EXPECT_EQ(pixel(objects, 0), 0x800000u) << "Pascal VOC's first colour";
  EXPECT_EQ(pixel(objects, 3), 0x008000u) << "and its second";
  EXPECT_EQ(pixel(objects, 4), 0u);
}

/// Colour type and the palette of a PNG (PNG specification, IHDR and PLTE).
std::pair<int, std::string> colors_of(const std::string& png) {
  const auto begin = png.find("PLTE");
  if (begin == std::string::npos) return {png.at(25), ""};
  const auto length = std::size_t{static_cast<std::uint8_t>(png.at(begin - 2))} << 8 |
                      static_cast<std::uint8_t>(png.at(begin - 1));
  return {png.at(25), png.substr(begin + 4, length)};
}

TEST_F(Zip, CvatsColorsAreAPaletteAsLongAsTheyFit) {
  constexpr std::uint16_t kLast = 254;
  for (const std::size_t classes : {std::size_t{kLast} + 1, std::size_t{kLast} + 2}) {
    const bool fits = classes == std::size_t{kLast} + 1;
    LabelMap map = drawn_map({"aa.a"});
    map.labels[1] = kLast;
    write_text(scratch_ / "a.zip",
               encode_output("cvat", {"a.png", "a", map}, numbered_classes(classes)).at(0).bytes);
    unpack(scratch_ / "a.zip", scratch_ / "unpacked");
    const auto [kind, palette] = colors_of(read_text(scratch_ / "unpacked/SegmentationClass/a.png"));
    EXPECT_EQ(kind, fits ? 3 : 2) << "a palette, or red, green and blue";
    EXPECT_EQ(palette.size(), fits ? 3u * 256 : 0u);
    const std::string begin("\0\0\0\xE6\x39\x4A", 6);
    EXPECT_EQ(palette.substr(0, 6), fits ? begin : "") << "as labelmap.txt";
    EXPECT_EQ(colors_of(read_text(scratch_ / "unpacked/SegmentationObject/a.png")).second.size(), 3u * 3);
    const Image shown = read_image(scratch_ / "unpacked/SegmentationClass/a.png");
    EXPECT_EQ(pixel(shown, 0), class_color(0));
    EXPECT_EQ(pixel(shown, 1), class_color(kLast));
    EXPECT_EQ(pixel(shown, 2), 0u);
  }
}

TEST_F(Zip, AnyFilesInMemory) {
  const std::string large(3'000'000, 'x');
  const std::vector<OutputFile> files = {
      {"a.txt", "one"}, {"deep/\xE8\xA1\x97.png", "two"}, {"empty", ""}, {"l", large}};
  const std::string archive = zip_archive(files);
  EXPECT_LT(archive.size(), 100'000u) << "it is compressed";
  EXPECT_EQ(zip_archive(files), archive) << "without dates";
  write_text(scratch_ / "a.zip", archive);
  unpack(scratch_ / "a.zip", scratch_ / "unpacked");
  for (const auto& file : files) EXPECT_EQ(read_text(scratch_ / "unpacked" / file.name), file.bytes);
  for (const char* name : {"", "/etc/a", "../a", "a/../../b", "a/"})
    EXPECT_ERROR(zip_archive({{name, ""}}), ErrorCode::kBadArgument, name);
  write_text(scratch_ / "none.zip", zip_archive({}));
  unpack(scratch_ / "none.zip", scratch_ / "nothing");
}

}  // namespace
}  // namespace relprompt::test
