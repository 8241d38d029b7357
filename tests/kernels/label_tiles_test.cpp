// Labels by tiles beside their naive twin, which makes every plane at full size.
#include "kernels/label_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/bilinear_axis.h"
#include "kernels/score_maps.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

/// Bilinear resize of one plane in double, written from the definition.
std::vector<double> resized(const std::vector<double>& plane, ImageSize from, ImageSize to) {
  const auto at = [](std::int64_t i, std::int64_t inputs, std::int64_t outputs) {
    const double place =
        (static_cast<double>(i) + 0.5) * static_cast<double>(inputs) / static_cast<double>(outputs) - 0.5;
    return std::min(std::max(place, 0.0), static_cast<double>(inputs - 1));
  };
  std::vector<double> out;
  for (std::int64_t y = 0; y < to.height; ++y) {
    for (std::int64_t x = 0; x < to.width; ++x) {
      const double v = at(y, from.height, to.height), u = at(x, from.width, to.width);
      const auto y0 = static_cast<std::int64_t>(v), x0 = static_cast<std::int64_t>(u);
      const auto y1 = std::min(y0 + 1, from.height - 1), x1 = std::min(x0 + 1, from.width - 1);
      const auto value = [&](std::int64_t r, std::int64_t c) {
        return plane[static_cast<std::size_t>(r * from.width + c)];
      };
      const double b = v - static_cast<double>(y0), a = u - static_cast<double>(x0);
      out.push_back((1 - b) * ((1 - a) * value(y0, x0) + a * value(y0, x1)) +
                    b * ((1 - a) * value(y1, x0) + a * value(y1, x1)));
    }
  }
  return out;
}

/// log of the sum of e^x over all rows, at a window's pixels.
std::vector<double> log_totals(const LabelTask& task, const WindowScores& window) {
  const auto patches = task.patches.height * task.patches.width;
  std::vector<double> totals(static_cast<std::size_t>(task.window.height * task.window.width), 0);
  for (std::size_t row = 0; row < task.first.back(); ++row) {
    const float* scores = window.patches + static_cast<std::int64_t>(row) * patches;
    const auto plane = resized({scores, scores + patches}, task.patches, task.window);
    for (std::size_t i = 0; i < plane.size(); ++i) totals[i] += std::exp(plane[i]);
  }
  for (auto& total : totals) total = std::log(total);
  return totals;
}

double activated(ScoreActivation score_activation, double score, double log_total) {
  const bool later = score_activation == ScoreActivation::kSoftmaxOfMean;  // at the image's pixels
  if (score_activation == ScoreActivation::kNone || later) return score;
  return score_activation == ScoreActivation::kSigmoid ? 1 / (1 + std::exp(-score))
                                                       : std::exp(score - log_total);
}

/// Mean probability of a row over the windows, at the resized size.
std::vector<double> averaged(const LabelTask& task, std::size_t row) {
  const auto pixels = static_cast<std::size_t>(task.resized.height * task.resized.width);
  std::vector<double> sum(pixels, 0), count(pixels, 0);
  for (const auto& window : task.windows) {
    const auto patches = task.patches.height * task.patches.width;
    const float* scores = window.patches + static_cast<std::int64_t>(row) * patches;
    const auto plane = resized({scores, scores + patches}, task.patches, task.window);
    const auto totals = log_totals(task, window);
    for (std::int64_t y = 0; y < task.window.height; ++y) {
      for (std::int64_t x = 0; x < task.window.width; ++x) {
        const auto from = static_cast<std::size_t>(y * task.window.width + x);
        const auto to = static_cast<std::size_t>((window.y + y) * task.resized.width + window.x + x);
        sum[to] += activated(task.score_activation, plane[from], totals[from]);
        count[to] += 1;
      }
    }
  }
  for (std::size_t i = 0; i < pixels; ++i) sum[i] /= count[i];
  return sum;
}

/// Planes of kSoftmaxOfMean: every row goes to the image, then softmax, then the best row of a class.
std::vector<std::vector<double>> planes_of_mean(const LabelTask& task) {
  std::vector<std::vector<double>> rows;
  for (std::size_t row = 0; row < task.first.back(); ++row)
    rows.push_back(resized(averaged(task, row), task.resized, task.image));
  std::vector<std::vector<double>> planes(task.penalty.size(), std::vector<double>(rows.front().size()));
  for (std::size_t i = 0; i < rows.front().size(); ++i) {
    double most = rows[0][i], total = 0;
    for (const auto& row : rows) most = std::max(most, row[i]);
    for (const auto& row : rows) total += std::exp(row[i] - most);
    for (std::size_t c = 0; c < planes.size(); ++c) {
      double best = 0;
      for (auto row = task.first[c]; row < task.first[c + 1]; ++row)
        best = std::max(best, std::exp(rows[row][i] - most) / total);
      planes[c][i] = best - static_cast<double>(task.penalty[c]);
    }
  }
  return planes;
}

/// All planes at the image's size.
std::vector<std::vector<double>> naive_planes(const LabelTask& task) {
  if (task.score_activation == ScoreActivation::kSoftmaxOfMean) return planes_of_mean(task);
  std::vector<std::vector<double>> planes;
  for (std::size_t c = 0; c < task.penalty.size(); ++c) {
    auto best = averaged(task, task.first[c]);
    for (auto row = task.first[c] + 1; row < task.first[c + 1]; ++row) {
      const auto other = averaged(task, row);
      for (std::size_t i = 0; i < best.size(); ++i) best[i] = std::max(best[i], other[i]);
    }
    for (auto& value : best) value -= task.penalty[c];
    planes.push_back(resized(best, task.resized, task.image));
  }
  return planes;
}

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

TEST(BilinearAxis, StaysInsideAndKeepsEqualSizes) {
  for (const std::int64_t inputs : {1, 2, 3, 31, 512}) {
    for (const std::int64_t outputs : {1, 2, 5, 31, 500, 2048}) {
      const auto axis = bilinear_axis(inputs, outputs);
      ASSERT_EQ(axis.size(), outputs);
      for (std::size_t i = 0; i < axis.low.size(); ++i) {
        EXPECT_GE(axis.low[i], 0);
        EXPECT_LT(axis.high[i], inputs);
        EXPECT_EQ(axis.high[i] - axis.low[i], axis.weight[i] > 0 ? 1 : 0);
        EXPECT_LT(axis.weight[i], 1.0f);
        if (inputs == outputs) {
          EXPECT_EQ(axis.low[i], static_cast<std::int32_t>(i));
        }
      }
    }
  }
}

TEST(BilinearAxis, APartCountsIntoItsSources) {
  const auto axis = bilinear_axis(50, 333);
  const auto part = axis_part(axis, 100, 171);
  EXPECT_TRUE(std::is_sorted(part.sources.begin(), part.sources.end()));
  for (std::size_t i = 0; i < 71; ++i) {
    EXPECT_EQ(part.sources.at(static_cast<std::size_t>(part.axis.low[i])), axis.low[100 + i]);
    EXPECT_EQ(part.sources.at(static_cast<std::size_t>(part.axis.high[i])), axis.high[100 + i]);
  }
}

}  // namespace
}  // namespace relprompt::kernels
