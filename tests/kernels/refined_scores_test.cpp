// Labels and planes of refined scores beside those that are made of whole planes, all at once.
#include "kernels/refined_scores.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/pamr.h"
#include "kernels/score_maps.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

struct Case {
  const char* name;
  ImageSize patches, window, resized, image;
  std::vector<std::pair<std::int64_t, std::int64_t>> starts;  ///< y, x of each window
  ScoreActivation activation;
  std::int64_t most_pixels = std::int64_t{1} << 21;
};

/// Names of a few classes, and numbers for all that they are scored by.
struct Scene {
  explicit Scene(const Case& c) : pixels(random_values("pixels", 3 * c.resized.height * c.resized.width)) {
    task.patches = c.patches;
    task.window = c.window;
    task.resized = c.resized;
    task.image = c.image;
    task.score_activation = c.activation;
    task.first = {0, 1, 3, 4, 7, 12};
    task.penalty = {0.0f, 0.05f, 0.0f, 0.0f, 0.1f};
    for (std::size_t i = 0; i < c.starts.size(); ++i) {
      const std::string seed = c.name + std::to_string(i);
      scores.push_back(random_values(seed.c_str(), 12 * c.patches.height * c.patches.width, 3));
      task.windows.push_back({scores.back().data(), c.starts[i].first, c.starts[i].second});
    }
  }
  std::size_t pixel_count() const { return static_cast<std::size_t>(task.image.height * task.image.width); }

  LabelTask task;
  std::vector<std::vector<float>> scores;
  std::vector<float> pixels;
};

/// Planes at the image's size: windows averaged, nothing else done.
std::vector<float> averaged(LabelTask task, std::size_t rows) {
  task.score_activation = ScoreActivation::kNone;
  task.first.clear();
  for (std::size_t row = 0; row <= rows; ++row) task.first.push_back(row);
  task.penalty.assign(rows, 0.0f);
  std::vector<float> planes(rows * static_cast<std::size_t>(task.image.height * task.image.width));
  ScoreMaps(task).compute(0, rows, planes.data());
  return planes;
}

/// The network's input at the image's size: three planes of one window that are resized like scores.
std::vector<float> brought_back(const Scene& scene) {
  LabelTask task = scene.task;
  task.patches = task.window = task.resized;
  task.windows = {{scene.pixels.data(), 0, 0}};
  return averaged(task, 3);
}

std::vector<std::vector<double>> naive_planes(const Scene& scene) {
  const auto pixels = scene.pixel_count();
  auto rows = averaged(scene.task, 12);
  Pamr(brought_back(scene).data(), scene.task.image).refine(rows.data(), 12);
  std::vector<double> total(pixels, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) total[i % pixels] += std::exp(static_cast<double>(rows[i]));
  std::vector<std::vector<double>> planes;
  for (std::size_t c = 0; c < scene.task.penalty.size(); ++c) {
    planes.emplace_back(pixels, -1e9);
    for (auto row = scene.task.first[c]; row < scene.task.first[c + 1]; ++row) {
      for (std::size_t i = 0; i < pixels; ++i) {
        const double score = rows[row * pixels + i];
        const double value = scene.task.score_activation == ScoreActivation::kNone ? score
                             : scene.task.score_activation == ScoreActivation::kSigmoid
                                 ? 1 / (1 + std::exp(-score))
                                 : std::exp(score) / total[i];
        planes.back()[i] = std::max(planes.back()[i], value - scene.task.penalty[c]);
      }
    }
  }
  return planes;
}

class RefinedScoresOf : public testing::TestWithParam<Case> {};

TEST_P(RefinedScoresOf, EqualWholePlanes) {
  const Scene scene(GetParam());
  const auto pixels = scene.pixel_count();
  const auto expected = naive_planes(scene);
  RefinedScores refined(scene.task, scene.pixels.data(), 0, GetParam().most_pixels);
  std::vector<std::int32_t> label(pixels, -1);
  std::vector<float> score(pixels, NAN);
  refined.labels(label.data(), score.data());
  for (std::size_t i = 0; i < pixels; ++i) {
    double best = expected[0][i];
    for (const auto& plane : expected) best = std::max(best, plane[i]);
    ASSERT_NEAR(score[i], best, 2e-5) << "pixel " << i;
    ASSERT_NEAR(expected.at(static_cast<std::size_t>(label[i]))[i], best, 2e-5) << "pixel " << i;
  }
  std::vector<float> planes(4 * pixels, NAN);
  refined.planes(1, 4, planes.data());
  for (std::size_t i = 0; i < planes.size(); ++i) {
    ASSERT_NEAR(planes[i], expected[1 + i / pixels][i % pixels], 2e-5) << "at " << i;
  }
}

TEST_P(RefinedScoresOf, PlanesNeedNoLabelsBefore) {
  const Scene scene(GetParam());
  std::vector<float> planes(scene.pixel_count()), again(scene.pixel_count());
  RefinedScores refined(scene.task, scene.pixels.data(), 0, GetParam().most_pixels);
  refined.planes(3, 1, planes.data());
  refined.planes(3, 1, again.data());
  EXPECT_EQ(planes, again);
  const auto expected = naive_planes(scene);
  for (std::size_t i = 0; i < planes.size(); ++i) ASSERT_NEAR(planes[i], expected[3][i], 2e-5) << "at " << i;
}

TEST_P(RefinedScoresOf, WhatIsKeptGivesTheSameNumbers) {
  const auto pixels = Scene(GetParam()).pixel_count();
  const auto most = static_cast<std::int64_t>(12 * pixels);
  struct Result {
    std::vector<std::int32_t> label;
    std::vector<float> score, planes;
    bool operator==(const Result& other) const {
      return label == other.label && score == other.score && planes == other.planes;
    }
  };
  // Where all is kept the numbers change in between, which only scores that are refined again would see.
  const auto run = [&](std::int64_t kept) {
    Scene own(GetParam());
    RefinedScores refined(own.task, own.pixels.data(), kept, GetParam().most_pixels);
    Result first{std::vector<std::int32_t>(pixels), std::vector<float>(pixels), {}}, second = first;
    refined.labels(first.label.data(), first.score.data());
    own.task.penalty[2] = 0.5f;
    if (kept == most) std::fill(own.pixels.begin(), own.pixels.end(), 0.0f);
    if (kept == most) std::fill(own.scores[0].begin(), own.scores[0].end(), 0.0f);
    refined.labels(second.label.data(), second.score.data());
    second.planes.resize(3 * pixels);
    refined.planes(1, 3, second.planes.data());
    EXPECT_FALSE(first.score == second.score && first.label == second.label);
    return second;
  };
  EXPECT_TRUE(run(most) == run(0));
  EXPECT_TRUE(run(most - 1) == run(0));
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, RefinedScoresOf,
    testing::Values(
        Case{"OneWindow", {4, 4}, {40, 40}, {40, 40}, {40, 40}, {{0, 0}}, ScoreActivation::kSigmoid},
        Case{"SmallerImage",
             {4, 4},
             {64, 64},
             {64, 100},
             {45, 70},
             {{0, 0}, {0, 36}},
             ScoreActivation::kSigmoid},
        Case{"LargerImageBySoftmax",
             {4, 4},
             {40, 40},
             {40, 60},
             {73, 141},
             {{0, 0}, {0, 20}},
             ScoreActivation::kSoftmax},
        Case{"Probabilities", {3, 3}, {24, 24}, {24, 24}, {24, 24}, {{0, 0}}, ScoreActivation::kNone},
        Case{"Bands", {50, 2}, {700, 21}, {700, 21}, {800, 24}, {{0, 0}}, ScoreActivation::kSoftmax, 1}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RefinedRows, BandsCoverTheImageWithWhatTheyNeed) {
  LabelTask task;
  task.patches = task.window = task.resized = task.image = {2000, 1000};
  task.first = {0, 1};
  const RefinedRows rows(task, nullptr, 1000 * 1000);
  ASSERT_EQ(rows.bands(), 3);
  EXPECT_EQ(rows.band(0).top, 0);
  EXPECT_EQ(rows.band(0).end, 680);
  EXPECT_EQ(rows.band(1).begin, 680);
  EXPECT_EQ(rows.band(1).top, 520);
  EXPECT_EQ(rows.band(1).bottom - rows.band(1).top, 1000);
  EXPECT_EQ(rows.band(2).end, 2000);
  EXPECT_EQ(rows.band(2).bottom, 2000);
  EXPECT_EQ(RefinedRows(task, nullptr, 2000 * 1000).bands(), 1);
}

}  // namespace
}  // namespace relprompt::kernels
