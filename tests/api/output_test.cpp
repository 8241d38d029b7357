// relprompt/output.h: what the files hold (read back by src/image), and what they never replace.
#include "relprompt/output.h"

#include <cstring>

#include <gtest/gtest.h>

#include "image/label_files.h"
#include "tiny_session.h"

namespace relprompt {
namespace {

class Output : public test::TinySession {
 protected:
  const ClassList classes_ = parse_class_list("road, sky, tree");
  const LabelMap map_{2, 3, {0, 1, 2, LabelMap::kUnknown, 1, 0}};
};

TEST_F(Output, LabelsHaveEightBitsOrSixteen) {
  write_labels(scratch_ / "new" / "a.png", map_, 3);
  const auto few = image::read_labels_png(scratch_ / "new" / "a.png");
  EXPECT_EQ(few.bits, 8);
  EXPECT_EQ(few.map.labels, (std::vector<std::uint16_t>{0, 1, 2, 255, 1, 0}));
  EXPECT_EQ(unknown_label(3), 255);
  write_labels(scratch_ / "b.png", map_, 300);
  const auto many = image::read_labels_png(scratch_ / "b.png");
  EXPECT_EQ(many.bits, 16);
  EXPECT_EQ(many.map.labels, map_.labels);
  EXPECT_EQ(unknown_label(300), LabelMap::kUnknown);
  EXPECT_ERROR(write_labels(scratch_ / "c.png", map_, 2), ErrorCode::kBadArgument, "2");
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "c.png"));
}

TEST_F(Output, PaletteShowsTheClassesColours) {
  write_palette(scratch_ / "a.png", map_, 3);
  EXPECT_EQ(image::read_labels_png(scratch_ / "a.png").map.labels,
            (std::vector<std::uint16_t>{0, 1, 2, 255, 1, 0}));
  const auto shown = read_image(scratch_ / "a.png");
  const auto pixel = [&](std::size_t i) {
    return static_cast<std::uint32_t>(shown.rgb[3 * i] << 16 | shown.rgb[3 * i + 1] << 8 |
                                      shown.rgb[3 * i + 2]);
  };
  EXPECT_EQ(pixel(1), class_color(1));
  EXPECT_EQ(pixel(2), class_color(2));
  EXPECT_EQ(pixel(3), class_color(LabelMap::kUnknown));
  EXPECT_EQ(class_color(LabelMap::kUnknown), 0u);
}

TEST_F(Output, OverlayFollowsItsOptionsAndItsName) {
  const Image image{2, 3, std::vector<std::uint8_t>(18, 200)};
  OverlayOptions plain;
  plain.alpha = 0;
  plain.contours = plain.legend = false;
  plain.min_side = 1;
  EXPECT_EQ(draw_overlay(image, map_, classes_, plain).rgb, image.rgb) << "nothing is drawn";
  write_overlay(scratch_ / "a.png", image, map_, classes_, plain);
  EXPECT_EQ(read_image(scratch_ / "a.png").rgb, image.rgb) << "a PNG loses nothing";
  write_overlay(scratch_ / "a.JPG", image, map_, classes_);
  EXPECT_GT(read_image(scratch_ / "a.JPG").width, 480) << "160 times enlarged, and a legend";
  EXPECT_ERROR(write_overlay(scratch_ / "a.gif", image, map_, classes_), ErrorCode::kBadArgument, "a.gif");
  EXPECT_ERROR(write_overlay(scratch_ / "b.png", {1, 1, {0, 0, 0}}, map_, classes_), ErrorCode::kBadArgument,
               "");
  plain.alpha = 1.5f;
  EXPECT_ERROR(draw_overlay(image, map_, classes_, plain), ErrorCode::kBadArgument, "1.5");
}

TEST_F(Output, FilesOfOthersStay) {
  const auto path = scratch_ / "mine.png";
  test::write_text(path, "a letter");
  EXPECT_ERROR(write_labels(path, map_, 3), ErrorCode::kNotWritable, "mine.png");
  EXPECT_ERROR(write_image(path, {1, 1, {1, 2, 3}}), ErrorCode::kNotWritable, "mine.png");
  EXPECT_ERROR(write_text(path, "report"), ErrorCode::kNotWritable, "mine.png");
  EXPECT_EQ(test::read_text(path), "a letter");
  write_text(scratch_ / "own.json", "one");
  write_text(scratch_ / "own.json", "two");
  EXPECT_EQ(test::read_text(scratch_ / "own.json"), "two") << "its own are replaced";
  test::write_text(scratch_ / "own.json", "changed");
  EXPECT_ERROR(write_text(scratch_ / "own.json", "three"), ErrorCode::kNotWritable, "own.json");
}

TEST_F(Output, ScoresHaveTheLabelsAsTheirArgMax) {
  const Model model(folder(), one_thread());
  Segmenter segmenter(model, ClassSet(model, classes_));
  const auto image = make_image(20, 30);
  ScoreFile file(scratch_ / "a.npy", 3, 20, 30, false);
  const auto result = segmenter.segment(image, {}, file.sink());
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "a.npy"));
  file.commit(result.labels);
  const auto bytes = test::read_text(scratch_ / "a.npy");
  const std::size_t pixels = 600;
  std::vector<float> scores(3 * pixels);
  ASSERT_GT(bytes.size(), scores.size() * sizeof(float));
  std::memcpy(scores.data(), bytes.data() + bytes.size() - scores.size() * sizeof(float),
              scores.size() * sizeof(float));
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_LE(scores[c * pixels + i], scores[result.labels.labels[i] * pixels + i]);
  }
  EXPECT_NE(bytes.find("(3, 20, 30)"), std::string::npos);
}

TEST_F(Output, ScoresAreWholeOrAbsent) {
  EXPECT_ERROR(ScoreFile(scratch_ / "a.npy", 0, 2, 3), ErrorCode::kBadArgument, "0 classes");
  ScoreFile file(scratch_ / "a.npy", 2, 2, 3);
  const std::vector<float> planes(12, 0.5f);
  file.append(planes.data(), 1);
  EXPECT_ERROR(file.commit(map_), ErrorCode::kBadArgument, "1 planes");
  EXPECT_ERROR(file.append(planes.data(), 2), ErrorCode::kBadArgument, "after 1 of 2");
  file.append(planes.data(), 1);
  EXPECT_ERROR(file.commit(LabelMap{1, 1, {0}}), ErrorCode::kBadArgument, "1x1");
  file.commit(LabelMap{2, 3, {0, 0, 0, 0, 0, 0}});
  EXPECT_TRUE(std::filesystem::exists(scratch_ / "a.npy"));
}

}  // namespace
}  // namespace relprompt
