// Dense heads against the reference's numbers, which equal those of the authors' code (../shared): a CLIP of
// 12 layers with one head of attention, and one of 4 layers with two. Skipped without ../shared.
#include <gtest/gtest.h>

#include "engine/outlier_patches.h"
#include "golden_support.h"
#include "head_features.h"
#include "model/model_files.h"
#include "test_support.h"

namespace relprompt::engine {
namespace {

using test::GoldenFile;
using test::near;

constexpr double kTolerance = 1e-4;

struct Head {
  const char* name;
  const char* golden;
};

class HeadFeatures : public testing::TestWithParam<Head> {};

TEST_P(HeadFeatures, FeaturesOfTwelveLayers) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto folder = shared / "golden/heads";
  const GoldenFile golden(folder / "expected.safetensors");
  auto model = model::open_model(folder / "clip12.safetensors");
  model.config.resclip.label_threshold = 0.3;
  HeadedEncoder encoder(model, GetParam().name);
  const auto queries = golden["queries"];
  encoder.workspace().asked = {queries.floats(), queries.shape()[0]};
  // The second image has another grid, and the workspace is used again.
  for (const auto& [image, suffix] : {std::pair("image224", ""), std::pair("image_wide", "_wide")}) {
    const auto pixels = normalised(golden.stored(image), kClipMean, kClipStd);
    EXPECT_TRUE(near(encoder.features(images_of(pixels)),
                     golden[std::string(GetParam().golden) + ".features" + suffix], kTolerance))
        << image;
  }
}

TEST(HeadsGolden, OutlierPatchesOfScclip) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto folder = shared / "golden/heads";
  const GoldenFile golden(folder / "expected.safetensors");
  auto model = model::open_model(folder / "clip12.safetensors");
  HeadedEncoder encoder(model, "scclip");
  for (const auto& [image, suffix] : {std::pair("image224", std::string()), {"image_wide", "_wide"}}) {
    const auto pixels = normalised(golden.stored(image), kClipMean, kClipStd);
    OutlierPatches found;
    std::vector<float> repaired;
    encoder.workspace().watcher = [&](const LayerState& state) {
      if (state.layer != 11) return;
      const auto n = state.grid.size(), d = encoder.encoder().width();
      const float* patches = state.tokens + state.layout.first_patch * d;
      found = find_outliers(patches, n, d);
      repaired.resize(static_cast<std::size_t>(n * d));
      repair_outliers(patches, state.grid, d, found, repaired.data());
    };
    encoder.features(images_of(pixels));
    EXPECT_TRUE(near(found.scores, golden["scclip.lof" + suffix], kTolerance)) << image;
    EXPECT_EQ(found.patches, golden.integers("scclip.outliers" + suffix)) << image;
    if (!suffix.empty()) continue;
    EXPECT_TRUE(near(repaired, golden["scclip.repaired"], 2e-4));
  }
}

/// The upper left part of an image [1, 3, H, W].
model::Tensor upper_left(const model::Tensor& image, std::int64_t height, std::int64_t width) {
  std::vector<float> part;
  for (std::int64_t row = 0; row < 3 * height; ++row) {
    const float* from = image.floats() + (row / height * image.shape()[2] + row % height) * image.shape()[3];
    part.insert(part.end(), from, from + width);
  }
  return {{1, 3, height, width}, std::move(part)};
}

TEST_P(HeadFeatures, FeaturesOfFourLayersAndTwoHeadsOfAttention) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const GoldenFile golden(shared / "golden/heads/expected.safetensors"),
      inputs(shared / "golden/tiny/expected.safetensors");
  if (!golden.has(std::string("tiny4.") + GetParam().golden + ".features")) return;
  auto model = model::open_model(shared / "golden/tiny/clip_hf");
  HeadedEncoder encoder(model, GetParam().name);
  const auto stem = std::string("tiny4.") + GetParam().golden + ".features";
  const auto square = upper_left(inputs["image"], 64, 64), wide = upper_left(inputs["wide_image"], 96, 144);
  EXPECT_TRUE(near(encoder.features(images_of(square)), golden[stem], kTolerance));
  EXPECT_TRUE(near(encoder.features(images_of(wide)), golden[stem + "_wide"], kTolerance));
}

INSTANTIATE_TEST_SUITE_P(HeadsGolden, HeadFeatures,
                         testing::Values(Head{"maskclip", "maskclip"},
                                         Head{"maskclip-residual", "maskclip_residual"},
                                         Head{"clearclip", "clearclip"}, Head{"sclip", "sclip"},
                                         Head{"naclip", "naclip"}, Head{"resclip", "resclip"},
                                         Head{"resclip-sfr", "resclip_sfr"}, Head{"scclip", "scclip"}),
                         [](const auto& head) { return std::string(head.param.golden); });

}  // namespace
}  // namespace relprompt::engine
