// Refinement of score planes beside its naive twin, which looks up every neighbour by itself.
#include "kernels/pamr.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/instruction_sets.h"
#include "kernels/pamr_simd.h"
#include "numbers.h"

namespace relprompt::kernels {
namespace {

/// Planes [n, height, width] as a function of a pixel, whose borders go on.
struct Planes {
  ImageSize size;
  std::vector<double> values;

  double at(std::int64_t plane, std::int64_t y, std::int64_t x) const {
    y = std::clamp<std::int64_t>(y, 0, size.height - 1);
    x = std::clamp<std::int64_t>(x, 0, size.width - 1);
    return values[static_cast<std::size_t>((plane * size.height + y) * size.width + x)];
  }
};

struct Offset {
  std::int64_t y, x;
};

/// The eight directions at each dilation; with the centre, once a dilation, if asked for.
std::vector<Offset> offsets(const PamrOptions& options, bool centre) {
  std::vector<Offset> all;
  for (const int d : options.dilations) {
    for (const int y : {-d, 0, d}) {
      for (const int x : {-d, 0, d}) {
        if (centre || y != 0 || x != 0) all.push_back({y, x});
      }
    }
  }
  return all;
}

double deviation(const Planes& image, std::int64_t c, std::int64_t y, std::int64_t x,
                 const std::vector<Offset>& around) {
  double mean = 0, squares = 0;
  for (const auto& o : around) mean += image.at(c, y + o.y, x + o.x);
  mean /= static_cast<double>(around.size());
  for (const auto& o : around) squares += std::pow(image.at(c, y + o.y, x + o.x) - mean, 2);
  return std::sqrt(squares / static_cast<double>(around.size() - 1));
}

std::vector<double> weights_of(const Planes& image, std::int64_t y, std::int64_t x,
                               const PamrOptions& options) {
  std::vector<double> weights;
  for (const auto& o : offsets(options, false)) {
    double distance = 0;
    for (std::int64_t c = 0; c < 3; ++c) {
      const double difference = std::abs(image.at(c, y, x) - image.at(c, y + o.y, x + o.x));
      distance += difference / (1e-8 + 0.1 * deviation(image, c, y, x, offsets(options, true))) / 3;
    }
    weights.push_back(std::exp(-distance));
  }
  double total = 0;
  for (const double weight : weights) total += weight;
  for (double& weight : weights) weight /= total;
  return weights;
}

std::vector<double> naive_pamr(const std::vector<float>& pixels, const std::vector<float>& planes,
                               ImageSize size, const PamrOptions& options) {
  const Planes image{size, {pixels.begin(), pixels.end()}};
  std::vector<std::vector<double>> weights;
  for (std::int64_t y = 0; y < size.height; ++y) {
    for (std::int64_t x = 0; x < size.width; ++x) weights.push_back(weights_of(image, y, x, options));
  }
  const auto pixel_count = size.height * size.width;
  const auto around = offsets(options, false);
  Planes now{size, {planes.begin(), planes.end()}};
  for (int step = 0; step < options.steps; ++step) {
    Planes next = now;
    for (std::size_t i = 0; i < next.values.size(); ++i) {
      const auto plane = static_cast<std::int64_t>(i) / pixel_count,
                 pixel = static_cast<std::int64_t>(i) % pixel_count;
      next.values[i] = 0;
      for (std::size_t k = 0; k < around.size(); ++k) {
        next.values[i] += weights[static_cast<std::size_t>(pixel)][k] *
                          now.at(plane, pixel / size.width + around[k].y, pixel % size.width + around[k].x);
      }
    }
    now = next;
  }
  return now.values;
}

struct Case {
  const char* name;
  ImageSize size;
  std::int64_t planes;
  PamrOptions options;
};

class PamrSizes : public testing::TestWithParam<Case> {};

TEST_P(PamrSizes, EqualTheNaiveTwin) {
  const auto& c = GetParam();
  const auto pixels = c.size.height * c.size.width;
  const auto image = random_values("image", 3 * pixels, 2);
  auto planes = random_values("planes", c.planes * pixels);
  const auto expected = naive_pamr(image, planes, c.size, c.options);
  Pamr(image.data(), c.size, c.options).refine(planes.data(), c.planes);
  // Distances reach some twenty deviations, whose rounding e^-distance multiplies.
  expect_close(planes, expected, 5e-6);
}

INSTANTIATE_TEST_SUITE_P(Sizes, PamrSizes,
                         testing::Values(Case{"OnePixel", {1, 1}, 1, {}},
                                         Case{"SmallerThanADilation", {5, 3}, 2, {}},
                                         Case{"OneRow", {1, 70}, 3, {}}, Case{"OneColumn", {70, 1}, 3, {}},
                                         Case{"TwoGroupsOfPlanes", {37, 41}, 11, {}},
                                         Case{"WiderThanAPiece", {20, 555}, 1, {3, {8, 16}}},
                                         Case{"OneDilation", {23, 30}, 2, {4, {2}}},
                                         Case{"ThreeDilations", {23, 30}, 2, {2, {1, 5, 24}}},
                                         Case{"NoStep", {4, 4}, 1, {0, {8, 16}}}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Pamr, AFlatImageAveragesTheNeighbours) {
  const ImageSize size{40, 40};
  const std::vector<float> image(3 * 1600, 0.3f);
  std::vector<float> planes(1600, 0.0f);
  planes[20 * 40 + 20] = 16;
  Pamr(image.data(), size, {1, {8, 16}}).refine(planes.data(), 1);
  EXPECT_NEAR(planes[20 * 40 + 28], 1, 1e-6);
  EXPECT_NEAR(planes[12 * 40 + 12], 1, 1e-6);
  EXPECT_EQ(planes[20 * 40 + 20], 0) << "a pixel is no neighbour of itself";
  EXPECT_EQ(planes[20 * 40 + 21], 0);
}

TEST(Pamr, ScoresStayOnTheirSideOfAnEdge) {
  const ImageSize size{64, 64};
  std::vector<float> image(3 * 64 * 64), plane(64 * 64);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = i % 64 < 30 ? 0.0f : 1.0f;
  for (std::size_t i = 0; i < plane.size(); ++i) plane[i] = i % 64 < 36 ? 1.0f : 0.0f;  // 6 pixels too far
  Pamr(image.data(), size).refine(plane.data(), 1);
  for (std::size_t i = 0; i < plane.size(); ++i) {
    ASSERT_EQ(plane[i] > 0.5f, i % 64 < 30) << "column " << i % 64 << ": " << plane[i];
  }
}

TEST(Pamr, APartOfTheImageGivesItsNumbersBeyondTheReach) {
  const PamrOptions options{2, {2, 4}};
  ASSERT_EQ(pamr_reach(options), 8);
  const std::int64_t width = 19, height = 40, above = 10, rows = 20;
  const auto image = random_values("image", 3 * height * width);
  auto whole = random_values("plane", height * width);
  std::vector<float> part(whole.begin() + above * width, whole.begin() + (above + rows) * width), part_image;
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto begin = image.begin() + (c * height + above) * width;
    part_image.insert(part_image.end(), begin, begin + rows * width);
  }
  Pamr(image.data(), {height, width}, options).refine(whole.data(), 1);
  Pamr(part_image.data(), {rows, width}, options).refine(part.data(), 1);
  for (std::int64_t i = 8 * width; i < (rows - 8) * width; ++i) {
    ASSERT_EQ(part[static_cast<std::size_t>(i)], whole[static_cast<std::size_t>(above * width + i)]) << i;
  }
}

TEST(Pamr, EveryInstructionSetAgrees) {
  constexpr std::int64_t kCount = 61, kTaps = 16;
  const auto values = random_values("values", (3 * kTaps + 3) * kCount);
  std::vector<const float*> rows;
  for (std::int64_t i = 0; i < 3 * kTaps + 3; ++i) rows.push_back(values.data() + i * kCount);
  std::vector<double> expected;
  for (const auto set : usable_instruction_sets()) {
    std::vector<float> results((kTaps + 1) * kCount);
    float* sums = results.data() + kTaps * kCount;
    pamr_simd_of(set).neighbour_weights(rows.data(), rows.data() + 3, kTaps, kCount, results.data(), kCount);
    pamr_simd_of(set).weighted_sum(rows.data(), results.data(), kCount, kCount, false, sums);
    pamr_simd_of(set).weighted_sum(rows.data() + 8, results.data() + 8 * kCount, kCount, kCount, true, sums);
    if (expected.empty()) expected.assign(results.begin(), results.end());
    expect_close(results, expected, 1e-6);
  }
}

}  // namespace
}  // namespace relprompt::kernels
