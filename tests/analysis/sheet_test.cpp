// Sheets: where pictures and colours land, unknown pixels, the legend, refusals.
#include "analysis/sheet.h"

#include <gtest/gtest.h>

#include "analysis/swatches.h"
#include "image/label_files.h"
#include "picture_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using namespace test;

constexpr image::Color kGrey{100, 100, 100};

SheetRow row_of(int height, int width, std::initializer_list<std::uint16_t> labels) {
  SheetRow row;
  row.name = "photo.jpg";
  row.photo = filled(height, width, kGrey);
  for (const std::uint16_t label : labels) row.maps.push_back(filled_map(height, width, label));
  return row;
}

SheetOptions colors_alone() {
  SheetOptions options;
  options.row_height = 100;
  options.alpha = 1;
  return options;
}

TEST(Sheet, ShowsPhotosAndMapsInOneRow) {
  Sheet sheet{{"photo", "truth", "found"}, {row_of(50, 60, {3, 5})}};
  const Image picture = draw_sheet(sheet, numbered_classes(6), colors_alone());
  ASSERT_TRUE(whole(picture));
  EXPECT_EQ(count(picture, kGrey), 100 * 120);
  for (const std::uint16_t label : {3, 5}) {
    const int pixels = count(picture, image::color_of(label));
    EXPECT_GT(pixels, 100 * 120 + 50) << label;  // the map and its swatch
    EXPECT_LT(pixels, 100 * 120 + 400) << label;
  }
  EXPECT_EQ(count(picture, image::color_of(0)), 0);
  EXPECT_GT(ink(picture, {0, 0, picture.width, 40}), 100);  // headings
}

TEST(Sheet, BlendsColoursOverThePhoto) {
  SheetOptions options = colors_alone();
  options.alpha = 0.5f;
  const Image picture =
      draw_sheet({{"photo", "found"}, {row_of(100, 100, {2})}}, numbered_classes(3), options);
  const image::Color color = image::color_of(2);
  const image::Color seen = at(picture, picture.height / 2, picture.width - 50);
  EXPECT_NEAR(seen.red, (100 + color.red) / 2.0, 1);
  EXPECT_NEAR(seen.green, (100 + color.green) / 2.0, 1);
  EXPECT_NEAR(seen.blue, (100 + color.blue) / 2.0, 1);
}

TEST(Sheet, UnknownPixelsAreHatched) {
  SheetRow row = row_of(100, 100, {1});
  for (std::size_t i = 5000; i < 10000; ++i) row.maps[0].labels[i] = LabelMap::kUnknown;
  const Image picture = draw_sheet({{"photo", "found"}, {row}}, numbered_classes(2), colors_alone());
  const int lines = count(picture, hatched_at(0, 0, Hatch::kUnknown)),
            ground = count(picture, hatched_at(3, 0, Hatch::kUnknown));
  EXPECT_GE(lines + ground, 5000);
  EXPECT_GT(lines, 1000);
  EXPECT_GT(ground, 3000);
  EXPECT_EQ(count(picture, image::color_of(1)) / 1000, 5);
}

TEST(Sheet, PixelsWithoutTruthAreIgnoredAndNotUnknown) {
  const auto titles = [](const Sheet& sheet) {
    std::vector<std::string> found;
    for (const Swatch& swatch : sheet_legend(sheet, numbered_classes(2))) found.push_back(swatch.title);
    return found;
  };
  const std::string one = numbered_classes(2).title(1);
  using Titles = std::vector<std::string>;
  Sheet sheet{{"photo", "truth", "found"}, {row_of(9, 9, {LabelMap::kUnknown, 1})}};
  EXPECT_EQ(titles(sheet), (Titles{one, "unknown"})) << "no column is the truth";
  sheet.has_truth = true;
  EXPECT_EQ(titles(sheet), (Titles{one, "ignored"}));
  sheet.rows[0].maps[1].labels[3] = LabelMap::kUnknown;
  EXPECT_EQ(titles(sheet), (Titles{one, "unknown", "ignored"}));
}

TEST(Sheet, PhotosOfAllSizesShareTheRowHeight) {
  const Sheet sheet{{"photo"},
                    {row_of(10, 10, {}), row_of(500, 400, {}), row_of(20, 900, {}), row_of(900, 2, {})}};
  const Image picture = draw_sheet(sheet, {}, colors_alone());
  // 100x100, 100x80, the panorama as wide as two heights, the column one pixel wide at least.
  EXPECT_EQ(count(picture, kGrey), 100 * 100 + 100 * 80 + 200 * 4 + 100 * 1);
}

TEST(Sheet, LegendListsTheClassesOfAnyMap) {
  const ClassList classes = numbered_classes(9);
  const auto shown = [&](const Sheet& sheet) {
    SheetOptions options = colors_alone();
    options.alpha = 0;  // colours can then only come from swatches
    const Image picture = draw_sheet(sheet, classes, options);
    std::vector<int> labels;
    for (int label = 0; label < 9; ++label) {
      if (count(picture, image::color_of(static_cast<std::uint16_t>(label))) > 50) labels.push_back(label);
    }
    return labels;
  };
  EXPECT_EQ(shown({{"photo", "a"}, {row_of(9, 9, {7}), row_of(9, 9, {2})}}), (std::vector<int>{2, 7}));
  EXPECT_TRUE(shown({{"photo", "a"}, {row_of(9, 9, {LabelMap::kUnknown})}}).empty());
}

TEST(Sheet, NamesStandAboveTheirRows) {
  Sheet sheet{{"photo"}, {row_of(100, 100, {})}};
  const Image named = draw_sheet(sheet, {}, colors_alone());
  sheet.rows[0].name.clear();
  const Image bare = draw_sheet(sheet, {}, colors_alone());
  EXPECT_GT(named.height, bare.height + 10);
  sheet.rows[0].name = std::string(300, 'w');
  EXPECT_EQ(draw_sheet(sheet, {}, colors_alone()).width, bare.width);
}

TEST(Sheet, WithoutRowsShowsItsHeadings) {
  const Image picture = draw_sheet({{"photo", "found"}, {}}, numbered_classes(2));
  EXPECT_GT(ink(picture, {0, 0, picture.width, picture.height}), 50);
}

TEST(Sheet, RefusesWhatDoesNotFitTogether) {
  const ClassList classes = numbered_classes(4);
  EXPECT_ERROR(draw_sheet({}, classes), ErrorCode::kBadArgument, "heading");
  EXPECT_ERROR(draw_sheet({{"photo"}, {row_of(5, 5, {1})}}, classes), ErrorCode::kBadArgument,
               "1 label maps for 0");
  EXPECT_ERROR(draw_sheet({{"photo", "a"}, {row_of(5, 5, {4})}}, classes), ErrorCode::kBadArgument,
               "label 4");
  Sheet sheet{{"photo", "a"}, {row_of(5, 6, {1})}};
  sheet.rows[0].maps[0] = filled_map(6, 5, 1);
  EXPECT_ERROR(draw_sheet(sheet, classes), ErrorCode::kBadArgument, "5x6 pixels beside a photo of 6x5");
  sheet.rows[0].maps[0] = {5, 6, {1, 2}};
  EXPECT_ERROR(draw_sheet(sheet, classes), ErrorCode::kBadArgument, "photo.jpg");
  sheet.rows[0].photo = {};
  EXPECT_ERROR(draw_sheet(sheet, classes), ErrorCode::kBadArgument, "a photo of 0x0");
  SheetOptions options;
  options.alpha = 1.5f;
  EXPECT_ERROR(draw_sheet({{"a"}, {}}, classes, options), ErrorCode::kBadArgument, "alpha");
  options = {};
  options.row_height = 5;
  EXPECT_ERROR(draw_sheet({{"a"}, {}}, classes, options), ErrorCode::kBadArgument, "row height");
  options.row_height = 4096;
  options.text = 99;
  EXPECT_ERROR(draw_sheet({{"a"}, {}}, classes, options), ErrorCode::kBadArgument, "text");
  options.text = 11;
  const std::vector<std::string> many(400, "a");
  Sheet wide{many, {row_of(9, 18, {})}};
  wide.rows[0].maps.assign(399, filled_map(9, 18, 0));
  EXPECT_ERROR(draw_sheet(wide, classes, options), ErrorCode::kImageTooLarge, "pixels");
}

TEST(Sheet, OfRealPhotos) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const ClassList classes = read_class_file(shared / "camvid/classes.txt");
  Sheet sheet{{"photo", "labelled"}, {}};
  for (const auto& entry : std::filesystem::directory_iterator(shared / "camvid/images/val")) {
    if (sheet.rows.size() == 2) break;
    SheetRow row;
    row.name = entry.path().filename().string();
    row.photo = read_image(entry.path());
    row.maps = {image::read_labels_png(shared / "camvid/masks/val" / entry.path().stem().concat(".png")).map};
    for (std::uint16_t& label : row.maps[0].labels) {
      if (label >= classes.size()) label = LabelMap::kUnknown;
    }
    sheet.rows.push_back(row);
  }
  SheetOptions options = colors_alone();
  const Image picture = draw_sheet(sheet, classes, options);
  for (const std::uint16_t label : {0, 1, 3}) {  // sky, building, road
    EXPECT_GT(count(picture, image::color_of(label)), 500) << label;
  }
}

}  // namespace
}  // namespace relprompt::analysis
