// The drawn confusion matrix: colours of right and wrong cells, what is left out, sentences, refusals.
#include "analysis/confusion_image.h"

#include <cmath>

#include <gtest/gtest.h>

#include "analysis/canvas.h"
#include "analysis/report_images.h"
#include "image_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using namespace test;
using eval::ConfusionMatrix;
using eval::Detail;

// Every class takes `right` pixels of its own and `wrong` of the next class.
ConfusionMatrix shifted(std::size_t classes, std::uint64_t right, std::uint64_t wrong) {
  std::vector<std::uint64_t> cells(classes * (classes + 1));
  for (std::size_t i = 0; i < classes; ++i) {
    cells[i * (classes + 1) + i] = right;
    cells[i * (classes + 1) + (i + 1) % classes] = wrong;
  }
  return *ConfusionMatrix::from_cells(classes, Detail::kPairs, cells, 1, 0);
}

constexpr image::Color kRight{24, 84, 168}, kWrong{196, 44, 24};

TEST(ConfusionImage, RightIsBlueAndWrongIsRed) {
  // Row 0 is all right, row 1 all wrong: whole shares have the full colours.
  const auto matrix = *ConfusionMatrix::from_cells(2, Detail::kPairs, {10, 0, 0, 30, 0, 0}, 1, 0);
  const Image image = draw_confusion(matrix, numbered_classes(2));
  ASSERT_TRUE(whole(image));
  EXPECT_GT(count(image, kRight), 700);
  EXPECT_LT(count(image, kRight), 34 * 34);
  EXPECT_GT(count(image, kWrong), 700);
  EXPECT_LT(count(image, kWrong), 34 * 34);
}

TEST(ConfusionImage, ColoursFollowTheRootOfTheShare) {
  const Image image = draw_confusion(shifted(3, 75, 25), numbered_classes(3));
  EXPECT_GT(count(image, mixed(kPaper, kWrong, 0.5)), 3 * 700);
  EXPECT_EQ(count(image, kRight), 0);
}

TEST(ConfusionImage, GrowsWithTheClassesShown) {
  const auto matrix = shifted(171, 9, 1);
  const Image few = draw_confusion(matrix, numbered_classes(171), 5);
  const Image more = draw_confusion(matrix, numbered_classes(171));
  EXPECT_NEAR(more.height - few.height, 15 * 34, 10);  // the titles differ a little
  EXPECT_GT(more.width, few.width);
  EXPECT_LT(more.height, 1200);
}

TEST(ConfusionImage, OthersAndUnknownHaveColumns) {
  // Of class 0, half is unknown and half is class 2, which is not shown when only the worst is.
  const auto matrix =
      *ConfusionMatrix::from_cells(3, Detail::kPairs, {0, 0, 4, 4, 0, 9, 0, 0, 0, 0, 9, 0}, 1, 0);
  const Image image = draw_confusion(matrix, numbered_classes(3), 1);
  const image::Color half = mixed(kPaper, kWrong, std::sqrt(0.5));
  EXPECT_GT(count(image, half), 2 * 700);
}

TEST(ConfusionImage, ClassesWithoutAPixelShowDashes) {
  // Class 1 is predicted but never labelled.
  const auto matrix = *ConfusionMatrix::from_cells(2, Detail::kPairs, {5, 5, 0, 0, 0, 0}, 1, 0);
  EXPECT_GT(count(draw_confusion(matrix, numbered_classes(2)), {240, 240, 242}), 4 * 800);
}

TEST(ConfusionImage, LongAndForeignTitlesAreShortened) {
  ClassList classes = numbered_classes(3);
  classes.names[1][0] = std::string(300, 'w');
  classes.names[2][0] = "\xE7\x8C\xAB";
  const Image image = draw_confusion(shifted(3, 1, 1), classes);
  EXPECT_LT(image.width, 600);
  EXPECT_LT(image.height, 600);
}

TEST(ConfusionImage, WithoutMistakesASentence) {
  for (const auto& matrix : {shifted(4, 7, 0), ConfusionMatrix(4)}) {
    const Image image = draw_confusion(matrix, numbered_classes(4));
    EXPECT_LT(image.height, 100);
    EXPECT_GT(ink(image, {0, 0, image.width, image.height}), 200);
    EXPECT_EQ(ink(image, {image.width - 20, 0, 20, image.height}), 0);
  }
}

TEST(ConfusionImage, RefusesCountsItCannotShow) {
  EXPECT_ERROR(draw_confusion(shifted(4, 1, 1), numbered_classes(5)), ErrorCode::kBadArgument,
               "5 class names");
  EXPECT_ERROR(draw_confusion(ConfusionMatrix(4, Detail::kTotals), numbered_classes(4)),
               ErrorCode::kBadArgument, "no pairs");
  EXPECT_ERROR(draw_confusion(shifted(4, 1, 1), numbered_classes(4), 0), ErrorCode::kBadArgument, "1 to 100");
  EXPECT_ERROR(draw_confusion(shifted(4, 1, 1), numbered_classes(4), 101), ErrorCode::kBadArgument,
               "1 to 100");
}

TEST(ReportImages, WriteTheConfusionAsPng) {
  const TemporaryFolder folder;
  const auto matrix = shifted(30, 9, 1);
  write_confusion_png(folder / "report/confusion.png", matrix, numbered_classes(30));
  EXPECT_EQ(read_image(folder / "report/confusion.png").rgb,
            draw_confusion(matrix, numbered_classes(30)).rgb);
  EXPECT_ERROR(write_confusion_png(folder / "no.png", matrix, numbered_classes(3)), ErrorCode::kBadArgument,
               "names");
  EXPECT_FALSE(std::filesystem::exists(folder / "no.png"));
  write_text(folder / "file", "x");
  EXPECT_ERROR(write_confusion_png(folder / "file/x.png", matrix, numbered_classes(30)),
               ErrorCode::kNotWritable, "file");
}

}  // namespace
}  // namespace relprompt::analysis
