// Labels by tiles beside their naive twin, which makes every plane at full size.
#include "kernels/label_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/score_maps.h"
#include "naive_label_planes.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

struct Case {
  const char* name;
  ImageSize patches, window, resized, image;
  std::vector<std::pair<std::int64_t, std::int64_t>> starts;  ///< y, x of each window
  ScoreActivation score_activation = ScoreActivation::kSigmoid;
  float span = 3;  ///< of the scores
};

class LabelTiles : public testing::TestWithParam<Case> {};

/// Classes with one, two and three rows; two of the classes are penalised.
LabelTask task_of(const Case& c, std::vector<std::vector<float>>& scores) {
  LabelTask task;
  task.patches = c.patches;
  task.window = c.window;
  task.resized = c.resized;
  task.image = c.image;
  task.score_activation = c.score_activation;
  task.first = {0, 1, 3, 4, 7, 8};
  task.penalty = {0.0f, 0.05f, 0.0f, 0.0f, 0.1f};
  const auto numbers = 8 * c.patches.height * c.patches.width;
  for (std::size_t i = 0; i < c.starts.size(); ++i) {
    const std::string seed = c.name + std::to_string(i);
    scores.push_back(random_values(seed.c_str(), numbers, c.span));
    task.windows.push_back({scores.back().data(), c.starts[i].first, c.starts[i].second});
  }
  return task;
}

TEST_P(LabelTiles, EqualTheNaiveTwin) {
  std::vector<std::vector<float>> scores;
  const auto task = task_of(GetParam(), scores);
  const auto pixels = static_cast<std::size_t>(task.image.height * task.image.width);
  std::vector<std::int32_t> label(pixels, -1);
  std::vector<float> score(pixels, NAN);
  label_tiles(task, label.data(), score.data());

  const auto planes = naive_planes(task);
  std::vector<int> seen(planes.size(), 0);
  for (std::size_t i = 0; i < pixels; ++i) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < planes.size(); ++c) best = planes[c][i] > planes[best][i] ? c : best;
    ASSERT_NEAR(score[i], planes[best][i], 1e-5) << "pixel " << i;
    ASSERT_TRUE(label[i] >= 0 && static_cast<std::size_t>(label[i]) < planes.size()) << "pixel " << i;
    // Another label only where the two scores tie.
    ASSERT_NEAR(planes[static_cast<std::size_t>(label[i])][i], planes[best][i], 1e-5) << "pixel " << i;
    ++seen[best];
  }
  if (pixels > 100 && task.patches.height > 1) {
    EXPECT_GT(std::count_if(seen.begin(), seen.end(), [](int n) { return n > 0; }), 2) << "a poor test";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, LabelTiles,
    testing::Values(
        Case{"OneWindow", {4, 4}, {64, 64}, {64, 64}, {64, 64}, {{0, 0}}},
        Case{"OnePixel", {1, 1}, {1, 1}, {1, 1}, {1, 1}, {{0, 0}}},
        Case{"OddSizes", {5, 3}, {83, 57}, {83, 57}, {83, 57}, {{0, 0}}},
        Case{"WiderThanATile", {3, 9}, {35, 333}, {35, 333}, {35, 333}, {{0, 0}}},
        Case{"ManyOverlappingWindows",
             {4, 4},
             {64, 64},
             {71, 93},
             {71, 93},
             {{0, 0}, {0, 11}, {0, 22}, {0, 29}, {7, 0}, {7, 11}, {7, 22}, {7, 29}}},
        Case{"SmallerImage", {4, 4}, {64, 64}, {64, 100}, {45, 70}, {{0, 0}, {0, 36}}},
        Case{"MuchSmallerImage", {6, 6}, {90, 90}, {90, 250}, {7, 19}, {{0, 0}, {0, 80}, {0, 160}}},
        Case{"LargerImage", {4, 4}, {64, 64}, {64, 100}, {150, 233}, {{0, 0}, {0, 36}}},
        Case{"TallerOnly", {4, 4}, {64, 64}, {64, 64}, {100, 64}, {{0, 0}}},
        Case{"WiderOnly", {4, 4}, {64, 64}, {64, 64}, {64, 300}, {{0, 0}}},
        Case{"OnePixelBecomesMany", {1, 1}, {16, 16}, {16, 16}, {1, 140}, {{0, 0}}},
        Case{"Probabilities",
             {4, 4},
             {64, 64},
             {64, 100},
             {45, 70},
             {{0, 0}, {0, 36}},
             ScoreActivation::kNone},
        Case{"Softmax", {5, 3}, {83, 57}, {83, 57}, {83, 57}, {{0, 0}}, ScoreActivation::kSoftmax},
        Case{"SoftmaxOfManyWindows",
             {4, 4},
             {64, 64},
             {71, 93},
             {45, 70},
             {{0, 0}, {0, 22}, {0, 29}, {7, 0}, {7, 22}, {7, 29}},
             ScoreActivation::kSoftmax},
        Case{"SoftmaxOfHugeScores",
             {4, 4},
             {64, 64},
             {64, 100},
             {150, 233},
             {{0, 0}, {0, 36}},
             ScoreActivation::kSoftmax,
             300},
        Case{
            "SoftmaxOfMean", {5, 3}, {83, 57}, {83, 57}, {83, 57}, {{0, 0}}, ScoreActivation::kSoftmaxOfMean},
        Case{"SoftmaxOfMeanOverManyWindows",
             {4, 4},
             {64, 64},
             {71, 93},
             {45, 70},
             {{0, 0}, {0, 22}, {0, 29}, {7, 0}, {7, 22}, {7, 29}},
             ScoreActivation::kSoftmaxOfMean},
        Case{"SoftmaxOfMeanOfLogits",
             {4, 4},
             {64, 64},
             {64, 100},
             {150, 233},
             {{0, 0}, {0, 36}},
             ScoreActivation::kSoftmaxOfMean,
             40}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_P(LabelTiles, AreTheArgMaxOfTheMaps) {
  std::vector<std::vector<float>> scores;
  const auto task = task_of(GetParam(), scores);
  const auto pixels = static_cast<std::size_t>(task.image.height * task.image.width);
  std::vector<std::int32_t> label(pixels, -1);
  std::vector<float> score(pixels, NAN), planes(task.penalty.size() * pixels);
  label_tiles(task, label.data(), score.data());
  ScoreMaps maps(task);
  maps.compute(0, 2, planes.data());
  maps.compute(2, task.penalty.size() - 2, planes.data() + 2 * pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < task.penalty.size(); ++c)
      best = planes[c * pixels + i] > planes[best * pixels + i] ? c : best;
    ASSERT_NEAR(planes[best * pixels + i], score[i], 1e-6) << "pixel " << i;
    ASSERT_NEAR(planes[static_cast<std::size_t>(label[i]) * pixels + i], score[i], 1e-6) << "pixel " << i;
  }
}

TEST_P(LabelTiles, LeaveAClassWithAnInfinitePenaltyOut) {
  std::vector<std::vector<float>> scores;
  auto task = task_of(GetParam(), scores);
  const auto pixels = static_cast<std::size_t>(task.image.height * task.image.width);
  std::vector<std::int32_t> label(pixels, -1);
  std::vector<float> score(pixels, NAN);
  task.penalty[3] = std::numeric_limits<float>::infinity();
  label_tiles(task, label.data(), score.data());
  EXPECT_EQ(std::count(label.begin(), label.end(), 3), 0);
  EXPECT_TRUE(std::all_of(score.begin(), score.end(), [](float s) { return std::isfinite(s); }));
}

TEST(LabelTilesTies, TheFirstOfEqualClassesWins) {
  const std::vector<float> scores(4 * 9, 0.75f);
  LabelTask task;
  task.windows = {{scores.data(), 0, 0}};
  task.patches = {3, 3};
  task.window = task.resized = {48, 48};
  task.image = {30, 200};
  task.first = {0, 1, 2, 3, 4};
  task.penalty = {0.1f, 0.0f, 0.0f, 0.0f};
  std::vector<std::int32_t> label(30 * 200, -1);
  std::vector<float> score(label.size());
  label_tiles(task, label.data(), score.data());
  EXPECT_EQ(std::count(label.begin(), label.end(), 1), 30 * 200);
}

TEST(LabelTilesTies, NumbersThatAreNoneStillGiveALabel) {
  const std::vector<float> scores(2 * 9, std::numeric_limits<float>::quiet_NaN());
  LabelTask task;
  task.windows = {{scores.data(), 0, 0}};
  task.patches = {3, 3};
  task.window = task.resized = task.image = {48, 48};
  task.first = {0, 1, 2};
  task.penalty = {0.0f, 0.0f};
  std::vector<std::int32_t> label(48 * 48, -1);
  std::vector<float> score(label.size());
  label_tiles(task, label.data(), score.data());
  EXPECT_EQ(std::count(label.begin(), label.end(), 0), 48 * 48);
}

}  // namespace
}  // namespace relprompt::kernels
