// Scores in half precision whose arg max stays the label: against a naive twin, on random planes that
// collide.
#include "image/score_writer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::image {
namespace {

constexpr std::size_t kHeader = 128;  ///< bytes of these files' headers

struct Planes {
  std::size_t classes = 0;
  int height = 0, width = 0;
  std::vector<float> scores;  ///< [classes, height, width]

  std::size_t pixels() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
};

template <class Number, class Less>
std::uint16_t first_best(const Planes& planes, const std::vector<Number>& scores, std::size_t pixel,
                         Less less) {
  std::size_t best = 0;
  for (std::size_t c = 1; c < planes.classes; ++c) {
    if (less(scores[best * planes.pixels() + pixel], scores[c * planes.pixels() + pixel])) best = c;
  }
  return static_cast<std::uint16_t>(best);
}

double value_of(std::uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  const double size = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (half & 0x8000) != 0 ? -size : size;
}

LabelMap labels_of(const Planes& planes) {
  LabelMap map{planes.height, planes.width, {}};
  for (std::size_t i = 0; i < planes.pixels(); ++i) {
    map.labels.push_back(first_best(planes, planes.scores, i, [](float a, float b) { return a < b; }));
  }
  return map;
}

/// What is to be stored: every half rounded, and those before the label that equal it one step lower.
std::vector<std::uint16_t> naive(const Planes& planes, const LabelMap& labels) {
  std::vector<std::uint16_t> halves(planes.scores.size());
  std::transform(planes.scores.begin(), planes.scores.end(), halves.begin(), to_half);
  for (std::size_t i = 0; i < planes.pixels(); ++i) {
    if (labels.labels[i] == LabelMap::kUnknown) continue;
    const double ahead = value_of(halves[labels.labels[i] * planes.pixels() + i]);
    for (std::size_t c = 0; c < labels.labels[i]; ++c) {
      std::uint16_t& half = halves[c * planes.pixels() + i];
      if (value_of(half) == ahead) half = next_below(half);
    }
  }
  return halves;
}

std::vector<std::uint16_t> stored(const Planes& planes, const LabelMap& labels, std::size_t chunk) {
  const test::TemporaryFolder folder;
  ScoreWriter writer(folder / "scores.npy", planes.classes, planes.height, planes.width, true);
  for (std::size_t c = 0; c < planes.classes; c += chunk) {
    writer.append(planes.scores.data() + c * planes.pixels(), std::min(chunk, planes.classes - c));
  }
  writer.commit(labels);
  const std::string bytes = test::read_text(folder / "scores.npy");
  std::vector<std::uint16_t> halves((bytes.size() - kHeader) / 2);
  std::memcpy(halves.data(), bytes.data() + kHeader, halves.size() * 2);
  return halves;
}

/// Numbers of a few neighbourhoods, so that many round to the same half, and some are equal.
Planes random_planes(std::mt19937& random) {
  Planes planes{
      1 + random() % 12, 1 + static_cast<int>(random() % 9), 1 + static_cast<int>(random() % 9), {}};
  const std::vector<float> centres = {0.0f, -0.0f, 0.5f, 1.0f, 0.3333f, -0.1f, 1e-7f, -6e-8f};
  std::normal_distribution<float> near(0, 2e-4f);
  for (std::size_t i = 0; i < planes.classes * planes.pixels(); ++i) {
    const float centre = centres[random() % (1 + random() % centres.size())];
    planes.scores.push_back(random() % 4 == 0 ? centre : centre * (1 + near(random)));
  }
  return planes;
}

TEST(ScoreWriter, TheArgMaxOfHalvesIsTheLabel) {
  std::mt19937 random(7);
  std::size_t changed = 0;
  for (int round = 0; round < 200; ++round) {
    const Planes planes = random_planes(random);
    const LabelMap labels = labels_of(planes);
    const auto halves = stored(planes, labels, 1 + random() % 5);
    ASSERT_EQ(halves, naive(planes, labels));
    for (std::size_t i = 0; i < planes.pixels(); ++i) {
      const auto less = [](std::uint16_t a, std::uint16_t b) { return value_of(a) < value_of(b); };
      ASSERT_EQ(first_best(planes, halves, i, less), labels.labels[i]) << "pixel " << i;
    }
    for (std::size_t i = 0; i < halves.size(); ++i) changed += halves[i] != to_half(planes.scores[i]);
  }
  EXPECT_GT(changed, 500u) << "the planes collide";
}

TEST(ScoreWriter, OfEqualScoresTheFirstClassWins) {
  const Planes planes{3, 1, 2, {0.25f, 0.5f, 0.25f, 0.5f, 0.25f, 0.25f}};
  const LabelMap labels = labels_of(planes);
  EXPECT_EQ(labels.labels, (std::vector<std::uint16_t>{0, 0}));
  const std::uint16_t quarter = to_half(0.25f), half = to_half(0.5f);
  EXPECT_EQ(stored(planes, labels, 3),
            (std::vector<std::uint16_t>{quarter, half, quarter, half, quarter, quarter}));
}

TEST(ScoreWriter, UnknownPixelsStayAsTheyAre) {
  const Planes planes{2, 1, 1, {0.5f, 0.50001f}};
  const std::uint16_t half = to_half(0.5f);
  EXPECT_EQ(stored(planes, {1, 1, {LabelMap::kUnknown}}, 2), (std::vector<std::uint16_t>{half, half}));
  EXPECT_EQ(stored(planes, {1, 1, {1}}, 2), (std::vector<std::uint16_t>{next_below(half), half}));
}

TEST(ScoreWriter, FloatsAreStoredAsTheyAre) {
  const test::TemporaryFolder folder;
  ScoreWriter writer(folder / "s.npy", 2, 1, 1, false);
  const float scores[] = {0.5f, 0.50001f};
  writer.append(scores, 2);
  writer.commit({1, 1, {1}});
  const std::string bytes = test::read_text(folder / "s.npy");
  EXPECT_EQ(bytes.substr(bytes.size() - 8), std::string(reinterpret_cast<const char*>(scores), 8));
}

TEST(NextBelow, IsOneStep) {
  EXPECT_EQ(next_below(0x3C00), 0x3BFF);
  EXPECT_EQ(next_below(0x0001), 0x0000);
  EXPECT_EQ(next_below(0x0000), 0x8001);
  EXPECT_EQ(next_below(0x8000), 0x8001);
  EXPECT_EQ(next_below(0xAE66), 0xAE67);
  EXPECT_EQ(next_below(0x7C00), 0x7BFF);
  EXPECT_EQ(next_below(0xFC00), 0xFC00);
  EXPECT_EQ(next_below(0x7E00), 0x7E00);
}

}  // namespace
}  // namespace relprompt::image
