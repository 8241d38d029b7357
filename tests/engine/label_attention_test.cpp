// Attention by labels beside its naive twin, and against the reference's.
#include "engine/label_attention.h"

#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

#include "numbers.h"
#include "test_support.h"

namespace relprompt::engine {
namespace {

/// Row `from` as the reference computes it, not yet over the largest of all.
std::vector<double> naive_row(const std::vector<std::int32_t>& labels, Grid grid, std::int64_t from) {
  const auto n = grid.size(), w = grid.width, longest = std::max(grid.height, grid.width) - 1;
  std::vector<double> raw, row;
  for (std::int64_t to = 0; to < n; ++to) {
    const auto steps = std::max(std::abs(from / w - to / w), std::abs(from % w - to % w));
    bool joined = true;
    for (std::int64_t s = 0; s <= steps; ++s) {
      const auto at = [&](std::int64_t a, std::int64_t b) {
        // Sums and quotients of small whole numbers have exact halves in double.
        const auto sum = static_cast<double>(a * (longest - s) + b * s);
        return longest > 0 ? static_cast<std::int64_t>(std::nearbyint(sum / static_cast<double>(longest)))
                           : a;
      };
      const auto place = at(from / w, to / w) * w + at(from % w, to % w);
      joined = joined && labels[static_cast<std::size_t>(place)] == labels[static_cast<std::size_t>(from)];
    }
    const bool same = labels[static_cast<std::size_t>(to)] == labels[static_cast<std::size_t>(from)];
    raw.push_back(!same    ? 0
                  : joined ? 1
                           : std::exp(-static_cast<double>(steps) / static_cast<double>(longest)));
  }
  const auto half = (std::min<std::int64_t>(n, 31) + 1 - std::min<std::int64_t>(n, 31) % 2) / 2;
  double total = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    row.push_back(0);
    for (auto shift = -half; shift <= half; ++shift) {
      if (j + shift < 0 || j + shift >= n) continue;
      row.back() +=
          std::exp(-static_cast<double>(shift * shift) / 50) * raw[static_cast<std::size_t>(j + shift)];
    }
    total += row.back();
  }
  for (auto& each : row) each /= total;
  return row;
}

class LabelAttentionRows : public testing::TestWithParam<Grid> {};

TEST_P(LabelAttentionRows, EqualTheNaiveTwin) {
  const auto grid = GetParam();
  // Three labels in blobs: a blob is a run of rows and columns.
  std::vector<std::int32_t> labels;
  for (std::int64_t i = 0; i < grid.size(); ++i) {
    labels.push_back(static_cast<std::int32_t>((i / grid.width / 3 + i % grid.width / 4) % 3));
  }
  const LabelAttention attention(labels, grid);
  double largest = 0;
  for (std::int64_t i = 0; i < grid.size(); ++i) {
    for (const double each : naive_row(labels, grid, i)) largest = std::max(largest, each);
  }
  for (std::int64_t i = 0; i < grid.size(); i += 1 + grid.size() / 40) {
    std::vector<float> row(static_cast<std::size_t>(grid.size()), 2.0f);
    attention.add_row(i, 3.0f, row.data());
    const auto expected = naive_row(labels, grid, i);
    for (std::size_t j = 0; j < row.size(); ++j) {
      ASSERT_NEAR(row[j], 2 + 3 * expected[j] / largest, 2e-6) << i << ", " << j;
    }
  }
}

// The last has more weights than are kept.
INSTANTIATE_TEST_SUITE_P(Grids, LabelAttentionRows,
                         testing::Values(Grid{1, 1}, Grid{1, 2}, Grid{2, 1}, Grid{5, 6}, Grid{1, 40},
                                         Grid{46, 46}));

TEST(LabelAttentionGolden, OfTheReferencesLabels) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const test::GoldenFile golden(shared / "golden/heads/expected.safetensors");
  std::vector<std::int32_t> labels;
  for (const auto label : golden.integers("resclip_sfr.labels")) {
    labels.push_back(static_cast<std::int32_t>(label));
  }
  const LabelAttention attention(labels, {14, 14});
  const auto expected = golden["resclip_sfr.feedback"];
  float largest = 0;
  for (std::int64_t i = 0; i < expected.elements(); ++i) largest = std::max(largest, expected.floats()[i]);
  std::vector<float> all(196 * 196);
  for (std::int64_t i = 0; i < 196; ++i) attention.add_row(i, largest, all.data() + i * 196);
  EXPECT_TRUE(test::near(all, expected, 1e-6));
}

}  // namespace
}  // namespace relprompt::engine
