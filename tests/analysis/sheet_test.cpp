// Sheets: where images and colours land, unknown pixels, the legend, refusals.
#include "analysis/sheet.h"

#include <gtest/gtest.h>

#include "analysis/swatches.h"
#include "image/label_files.h"
#include "image_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using namespace test;

constexpr image::Color kGrey{100, 100, 100};

SheetRow row_of(int height, int width, std::initializer_list<std::uint16_t> labels) {
  SheetRow row;
  row.name = "image.jpg";
  row.image = filled(height, width, kGrey);
  for (const std::uint16_t label : labels) row.maps.push_back(filled_map(height, width, label));
  return row;
}

SheetOptions colors_alone() {
  SheetOptions options;
  options.row_height = 100;
  options.alpha = 1;
  return options;
}

TEST(Sheet, ShowsImagesAndMapsInOneRow) {
  Sheet sheet{{"image", "truth", "found"}, {row_of(50, 60, {3, 5})}};
  const Image image = draw_sheet(sheet, numbered_classes(6), colors_alone());
  ASSERT_TRUE(whole(image));
  EXPECT_EQ(count(image, kGrey), 100 * 120);
  for (const std::uint16_t label : {3, 5}) {
    const int pixels = count(image, image::color_of(label));
    EXPECT_GT(pixels, 100 * 120 + 50) << label;  // the map and its swatch
    EXPECT_LT(pixels, 100 * 120 + 400) << label;
  }
  EXPECT_EQ(count(image, image::color_of(0)), 0);
  EXPECT_GT(ink(image, {0, 0, image.width, 40}), 100);  // headings
}

TEST(Sheet, BlendsColoursOverTheImage) {
  SheetOptions options = colors_alone();
  options.alpha = 0.5f;
  const Image image = draw_sheet({{"image", "found"}, {row_of(100, 100, {2})}}, numbered_classes(3), options);
  const image::Color color = image::color_of(2);
  const image::Color seen = at(image, image.height / 2, image.width - 50);
  EXPECT_NEAR(seen.red, (100 + color.red) / 2.0, 1);
  EXPECT_NEAR(seen.green, (100 + color.green) / 2.0, 1);
  EXPECT_NEAR(seen.blue, (100 + color.blue) / 2.0, 1);
}

TEST(Sheet, UnknownPixelsAreHatched) {
  SheetRow row = row_of(100, 100, {1});
  for (std::size_t i = 5000; i < 10000; ++i) row.maps[0].labels[i] = LabelMap::kUnknown;
  const Image image = draw_sheet({{"image", "found"}, {row}}, numbered_classes(2), colors_alone());
  const int lines = count(image, hatched_at(0, 0, Hatch::kUnknown)),
            ground = count(image, hatched_at(3, 0, Hatch::kUnknown));
  EXPECT_GE(lines + ground, 5000);
  EXPECT_GT(lines, 1000);
  EXPECT_GT(ground, 3000);
  EXPECT_EQ(count(image, image::color_of(1)) / 1000, 5);
}

TEST(Sheet, PixelsWithoutTruthAreIgnoredAndNotUnknown) {
  const auto titles = [](const Sheet& sheet) {
    std::vector<std::string> found;
    for (const Swatch& swatch : sheet_legend(sheet, numbered_classes(2))) found.push_back(swatch.title);
    return found;
  };
  const std::string one = numbered_classes(2).title(1);
  using Titles = std::vector<std::string>;
  Sheet sheet{{"image", "truth", "found"}, {row_of(9, 9, {LabelMap::kUnknown, 1})}};
  EXPECT_EQ(titles(sheet), (Titles{one, "unknown"})) << "no column is the truth";
  sheet.has_truth = true;
  EXPECT_EQ(titles(sheet), (Titles{one, "ignored"}));
  sheet.rows[0].maps[1].labels[3] = LabelMap::kUnknown;
  EXPECT_EQ(titles(sheet), (Titles{one, "unknown", "ignored"}));
}

TEST(Sheet, ImagesOfAllSizesShareTheRowHeight) {
  const Sheet sheet{{"image"},
                    {row_of(10, 10, {}), row_of(500, 400, {}), row_of(20, 900, {}), row_of(900, 2, {})}};
  const Image image = draw_sheet(sheet, {}, colors_alone());
  // 100x100, 100x80, the panorama as wide as two heights, the column one pixel wide at least.
  EXPECT_EQ(count(image, kGrey), 100 * 100 + 100 * 80 + 200 * 4 + 100 * 1);
}

TEST(Sheet, LegendListsTheClassesOfAnyMap) {
  const ClassList classes = numbered_classes(9);
  const auto shown = [&](const Sheet& sheet) {
    SheetOptions options = colors_alone();
    options.alpha = 0;  // colours can then only come from swatches
    const Image image = draw_sheet(sheet, classes, options);
    std::vector<int> labels;
    for (int label = 0; label < 9; ++label) {
      if (count(image, image::color_of(static_cast<std::uint16_t>(label))) > 50) labels.push_back(label);
    }
    return labels;
  };
  EXPECT_EQ(shown({{"image", "a"}, {row_of(9, 9, {7}), row_of(9, 9, {2})}}), (std::vector<int>{2, 7}));
  EXPECT_TRUE(shown({{"image", "a"}, {row_of(9, 9, {LabelMap::kUnknown})}}).empty());
}

TEST(Sheet, NamesStandAboveTheirRows) {
  Sheet sheet{{"image"}, {row_of(100, 100, {})}};
  const Image named = draw_sheet(sheet, {}, colors_alone());
  sheet.rows[0].name.clear();
  const Image bare = draw_sheet(sheet, {}, colors_alone());
  EXPECT_GT(named.height, bare.height + 10);
  sheet.rows[0].name = std::string(300, 'w');
  EXPECT_EQ(draw_sheet(sheet, {}, colors_alone()).width, bare.width);
}

TEST(Sheet, WithoutRowsShowsItsHeadings) {
  const Image image = draw_sheet({{"image", "found"}, {}}, numbered_classes(2));
  EXPECT_GT(ink(image, {0, 0, image.width, image.height}), 50);
}

TEST(Sheet, RefusesWhatDoesNotFitTogether) {
  const ClassList classes = numbered_classes(4);
  EXPECT_ERROR(draw_sheet({}, classes), ErrorCode::kBadArgument, "heading");
  EXPECT_ERROR(draw_sheet({{"image"}, {row_of(5, 5, {1})}}, classes), ErrorCode::kBadArgument,
               "1 label maps for 0");
  EXPECT_ERROR(draw_sheet({{"image", "a"}, {row_of(5, 5, {4})}}, classes), ErrorCode::kBadArgument,
               "label 4");
  Sheet sheet{{"image", "a"}, {row_of(5, 6, {1})}};
  sheet.rows[0].maps[0] = filled_map(6, 5, 1);
  EXPECT_ERROR(draw_sheet(sheet, classes), ErrorCode::kBadArgument, "5x6 pixels beside an image of 6x5");
  sheet.rows[0].maps[0] = {5, 6, {1, 2}};
  EXPECT_ERROR(draw_sheet(sheet, classes), ErrorCode::kBadArgument, "image.jpg");
  sheet.rows[0].image = {};
  EXPECT_ERROR(draw_sheet(sheet, classes), ErrorCode::kBadArgument, "an image of 0x0");
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

TEST(Sheet, OfRealImages) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const ClassList classes = read_class_file(shared / "camvid/classes.txt");
  Sheet sheet{{"image", "labelled"}, {}};
  for (const auto& entry : std::filesystem::directory_iterator(shared / "camvid/images/val")) {
    if (sheet.rows.size() == 2) break;
    SheetRow row;
    row.name = entry.path().filename().string();
    row.image = read_image(entry.path());
    row.maps = {image::read_labels_png(shared / "camvid/masks/val" / entry.path().stem().concat(".png")).map};
    for (std::uint16_t& label : row.maps[0].labels) {
      if (label >= classes.size()) label = LabelMap::kUnknown;
    }
    sheet.rows.push_back(row);
  }
  SheetOptions options = colors_alone();
  const Image image = draw_sheet(sheet, classes, options);
  for (const std::uint16_t label : {0, 1, 3}) {  // sky, building, road
    EXPECT_GT(count(image, image::color_of(label)), 500) << label;
  }
}

}  // namespace
}  // namespace relprompt::analysis
