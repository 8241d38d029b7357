// The mean over several views of an image beside its naive twin: the mean of whole planes of each view.
#include "kernels/view_mean.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "naive_label_planes.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

class ViewMean : public testing::TestWithParam<ScoreActivation> {
 protected:
  static constexpr std::size_t kRows = 8;

  void SetUp() override {
    task_.score_activation = GetParam();
    task_.first = {0, 1, 3, 4, 7, 8};
    task_.penalty = {0.0f, 0.05f, 0.0f, 0.0f, 0.1f};
    task_.image = {33, 150};
    task_.patches = {3, 5};
    task_.window = {24, 40};
    task_.resized = {24, 100};
    task_.windows = {{scores("a", 15), 0, 0}, {scores("b", 15), 0, 30}, {scores("c", 15), 0, 60}};
    LabelView smaller;
    smaller.patches = {2, 6};
    smaller.window = smaller.resized = {14, 50};
    smaller.windows = {{scores("d", 12), 0, 0}};
    LabelView larger;
    larger.patches = {4, 4};
    larger.window = {32, 32};
    larger.resized = {40, 60};
    larger.windows = {
        {scores("e", 16), 0, 0}, {scores("f", 16), 0, 28}, {scores("g", 16), 8, 0}, {scores("h", 16), 8, 28}};
    task_.others = {smaller, larger};
  }

  const float* scores(const char* name, std::int64_t patches) {
    kept_.push_back(random_values(name, static_cast<std::int64_t>(kRows) * patches, 3));
    return kept_.back().data();
  }

  /// Mean of the planes that each view has alone.
  std::vector<std::vector<double>> expected() const {
    std::vector<std::vector<double>> sum;
    for (const auto& view : ViewTasks(task_).tasks) {
      const auto planes = naive_planes(view);
      if (sum.empty()) sum.assign(planes.size(), std::vector<double>(planes.front().size(), 0));
      for (std::size_t c = 0; c < planes.size(); ++c) {
        for (std::size_t i = 0; i < planes[c].size(); ++i) sum[c][i] += planes[c][i] / 3;
      }
    }
    for (std::size_t c = 0; c < sum.size(); ++c) {
      for (auto& value : sum[c]) value -= static_cast<double>(task_.penalty[c]);
    }
    return sum;
  }

  LabelTask task_;
  std::vector<std::vector<float>> kept_;
};

TEST_P(ViewMean, PlanesEqualTheNaiveTwin) {
  const auto planes = expected();
  const auto pixels = planes.front().size();
  ViewMaps maps(task_);
  std::vector<float> values(planes.size() * pixels);
  maps.compute(0, 2, values.data());
  maps.compute(2, 3, values.data() + 2 * pixels);
  for (std::size_t c = 0; c < planes.size(); ++c) {
    for (std::size_t i = 0; i < pixels; ++i)
      ASSERT_NEAR(values[c * pixels + i], planes[c][i], 1e-5) << "class " << c << ", pixel " << i;
  }
  std::vector<float> again(pixels);
  maps.compute(3, 1, again.data());
  EXPECT_TRUE(
      std::equal(again.begin(), again.end(), values.begin() + 3 * static_cast<std::ptrdiff_t>(pixels)));
}

TEST_P(ViewMean, LabelsEqualTheNaiveTwin) {
  const auto planes = expected();
  const auto pixels = planes.front().size();
  std::vector<std::int32_t> label(pixels, -1);
  std::vector<float> score(pixels, NAN);
  label_tiles(task_, label.data(), score.data());
  std::vector<int> seen(planes.size(), 0);
  for (std::size_t i = 0; i < pixels; ++i) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < planes.size(); ++c) best = planes[c][i] > planes[best][i] ? c : best;
    ASSERT_NEAR(score[i], planes[best][i], 1e-5) << "pixel " << i;
    ASSERT_NEAR(planes[static_cast<std::size_t>(label[i])][i], planes[best][i], 1e-5) << "pixel " << i;
    ++seen[best];
  }
  EXPECT_GT(std::count_if(seen.begin(), seen.end(), [](int n) { return n > 0; }), 2) << "a poor test";
}

INSTANTIATE_TEST_SUITE_P(Activations, ViewMean,
                         testing::Values(ScoreActivation::kNone, ScoreActivation::kSigmoid,
                                         ScoreActivation::kSoftmax, ScoreActivation::kSoftmaxOfMean));

}  // namespace
}  // namespace relprompt::kernels
