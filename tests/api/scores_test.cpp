// relprompt/scores.h: the numbers are those of a score file.
#include "relprompt/scores.h"

#include <cstring>

#include <gtest/gtest.h>

#include "relprompt/output.h"

#include "tiny_session.h"

namespace relprompt {
namespace {

class Scores : public test::TinySession {};

TEST_F(Scores, AreThoseOfAScoreFile) {
  Segmenter segmenter(folder(), one_thread());
  segmenter.set_classes(parse_class_list("road, sky, tree, car"));
  const Image image = make_image(20, 30);
  HalfScores memory(4, 20, 30);
  ScoreFile file(scratch_ / "a.npy", 4, 20, 30);
  const auto result = segmenter.segment(image, {}, memory.sink());
  segmenter.segment(image, {}, file.sink());
  file.commit(result.labels);
  const auto halves = memory.finish(result.labels);
  ASSERT_EQ(halves.size(), 4u * 600);
  const auto bytes = test::read_text(scratch_ / "a.npy");
  ASSERT_GT(bytes.size(), 2 * halves.size());
  EXPECT_EQ(std::memcmp(halves.data(), bytes.data() + bytes.size() - 2 * halves.size(), 2 * halves.size()),
            0);
}

TEST_F(Scores, TheFirstOfEqualScoresIsTheLabel) {
  // Both round to 0.5; the second was ahead.
  const std::vector<float> planes{0.5f, 0.50001f};
  HalfScores scores(2, 1, 1);
  scores.append(planes.data(), 2);
  const auto halves = scores.finish(LabelMap{1, 1, {1}});
  EXPECT_EQ(halves, (std::vector<std::uint16_t>{0x37FF, 0x3800}));
}

TEST_F(Scores, AreWholeOrRefused) {
  EXPECT_ERROR(HalfScores(0, 2, 3), ErrorCode::kBadArgument, "0 classes");
  EXPECT_ERROR(HalfScores(2, 0, 3), ErrorCode::kBadArgument, "0 rows");
  HalfScores scores(2, 2, 3);
  const LabelMap map{2, 3, {0, 0, 0, 0, 0, 0}};
  const std::vector<float> planes(12, 0.5f);
  scores.append(planes.data(), 1);
  EXPECT_ERROR(scores.finish(map), ErrorCode::kBadArgument, "1 planes");
  EXPECT_ERROR(scores.append(planes.data(), 2), ErrorCode::kBadArgument, "after 1 of 2");
  scores.append(planes.data(), 1);
  EXPECT_ERROR(scores.finish(LabelMap{1, 1, {0}}), ErrorCode::kBadArgument, "1x1");
  EXPECT_EQ(scores.finish(map).size(), 12u);
  EXPECT_ERROR(scores.finish(map), ErrorCode::kBadArgument, "once");
}

}  // namespace
}  // namespace relprompt
