// Cosines and label maps of an image under a dense head, windows and resizing written out, against the
// reference's (../shared). Skipped without it.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "engine/unit_rows.h"
#include "golden_support.h"
#include "head_features.h"
#include "image/resize.h"
#include "segmenter/sliding_window.h"
#include "test_support.h"

namespace relprompt::engine {
namespace {

using test::GoldenFile;
using test::near;

constexpr int kShortSide = 256;
constexpr std::int64_t kNames = 10;
constexpr std::int32_t kClassOfName[kNames] = {0, 0, 0, 1, 2, 3, 3, 4, 5, 6};  // its settings.json

/// Where windows of `crop` pixels begin along a side, 112 apart, the last moved inside; 0: one of all pixels.
std::vector<std::int64_t> starts(std::int64_t side, std::int64_t crop) {
  if (crop == 0) return {0};
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i == 0 || all.back() + crop < side; ++i) {
    all.push_back(std::min(112 * i, side - crop));
  }
  return all;
}

class LabelMaps : public testing::Test {
 protected:
  /// Cosines [96 * 128, names], mean over windows.
  std::vector<float> cosines(const std::string& head, std::int64_t crop, const GoldenFile& golden,
                             const std::filesystem::path& folder) {
    auto model = model::open_model(folder / "clip12.safetensors");
    HeadedEncoder encoder(model, head);
    const auto photo = read_image(folder / "photo.png");
    const auto size = image::shorter_side_to(photo.height, photo.width, kShortSide);
    const auto resized = image::resize(photo, size.height, size.width);
    const auto pixels = segmenter::network_input(resized, model.config.image);
    const Grid whole = {size.height, size.width};
    std::vector<float> total(static_cast<std::size_t>(whole.size() * kNames)),
        count(static_cast<std::size_t>(whole.size()));
    for (const auto top : starts(whole.height, crop)) {
      for (const auto left : starts(whole.width, crop)) {
        const Grid window = crop == 0 ? whole : Grid{crop, crop};
        const auto rows = window_cosines(encoder, golden["queries"], pixels, whole, top, left, window);
        for (std::int64_t i = 0; i < window.size(); ++i) {
          const auto at = (top + i / window.width) * whole.width + left + i % window.width;
          for (std::int64_t k = 0; k < kNames; ++k) {
            total[static_cast<std::size_t>(at * kNames + k)] +=
                rows[static_cast<std::size_t>(i * kNames + k)];
          }
          ++count[static_cast<std::size_t>(at)];
        }
      }
    }
    for (std::size_t i = 0; i < total.size(); ++i) total[i] /= count[i / kNames];
    return resize_rows(total.data(), whole, {photo.height, photo.width}, kNames);
  }

  /// At the window's pixels, [window.size(), names].
  static std::vector<float> window_cosines(HeadedEncoder& encoder, const model::Tensor& queries,
                                           const std::vector<float>& pixels, Grid whole, std::int64_t top,
                                           std::int64_t left, Grid window) {
    std::vector<float> part;
    for (std::int64_t row = 0; row < 3 * window.height; ++row) {
      const auto from =
          pixels.begin() +
          ((row / window.height * whole.height + top + row % window.height) * whole.width + left);
      part.insert(part.end(), from, from + window.width);
    }
    const auto grid = encoder.encoder().grid_of(window.height, window.width);
    const auto e = encoder.encoder().joint();
    auto features = encoder.features({part.data(), 1, window.height, window.width});
    unit_rows(features.data(), grid.size(), e, features.data());
    std::vector<float> rows;
    for (std::int64_t i = 0; i < grid.size() * kNames; ++i) {
      double dot = 0;
      for (std::int64_t c = 0; c < e; ++c) {
        dot += static_cast<double>(features[static_cast<std::size_t>(i / kNames * e + c)]) *
               static_cast<double>(queries.floats()[i % kNames * e + c]);
      }
      rows.push_back(static_cast<float>(dot));
    }
    return resize_rows(rows.data(), grid, window, kNames);
  }

  /// Of each pixel the class of the likeliest name, 0 where its probability is below `least`.
  static std::vector<std::int32_t> labels(const std::vector<float>& cosines, double scale, double least) {
    std::vector<std::int32_t> all;
    for (auto row = cosines.begin(); row != cosines.end(); row += kNames) {
      const auto best = std::max_element(row, row + kNames);
      double total = 0;
      for (auto each = row; each != row + kNames; ++each) total += std::exp(scale * (*each - *best));
      all.push_back(1 / total < least ? 0 : kClassOfName[best - row]);
    }
    return all;
  }

  static double share_equal(const std::vector<std::int32_t>& found, const model::Tensor& expected) {
    const auto* bytes = static_cast<const std::uint8_t*>(expected.data());
    std::int64_t equal = 0;
    for (std::size_t i = 0; i < found.size(); ++i) equal += found[i] == bytes[i] ? 1 : 0;
    return static_cast<double>(equal) / static_cast<double>(expected.elements());
  }
};

TEST_F(LabelMaps, OfWindowsAndOfAWholeImage) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto folder = shared / "golden/heads";
  const GoldenFile golden(folder / "expected.safetensors");
  for (const std::string head : {"naclip", "scclip"}) {
    const auto found = cosines(head, 224, golden, folder);
    std::vector<float> planes;
    for (std::int64_t k = 0; k < kNames; ++k) {
      for (auto i = static_cast<std::size_t>(k); i < found.size(); i += kNames) planes.push_back(found[i]);
    }
    EXPECT_TRUE(near(planes, golden[head + ".cosines"], 2e-5)) << head;
    EXPECT_GE(share_equal(labels(found, 40, 0), golden.stored(head + ".labels")), 0.999) << head;
  }
  const auto whole = cosines("naclip", 0, golden, folder);
  EXPECT_GE(share_equal(labels(whole, 40, 0.6), golden.stored("naclip_whole.labels")), 0.999);
}

}  // namespace
}  // namespace relprompt::engine
