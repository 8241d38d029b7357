// Two folders as open_clip's repositories have them, whose settings say what no tensor shows, against
// open_clip's own numbers: heads of 80 numbers with exact GELU, and heads of 64 with QuickGELU. Skipped
// without ../shared.
#include <cmath>

#include <gtest/gtest.h>

#include "engine/clip_encoder.h"
#include "engine/packed_tower.h"
#include "engine/text_encoder.h"
#include "golden_support.h"
#include "head_features.h"
#include "model/model_files.h"
#include "test_support.h"

namespace relprompt::engine {
namespace {

using test::GoldenFile;
using test::near;

constexpr double kTolerance = 1e-4, kTextTolerance = 1e-5;

/// What the open_clip_config.json of a folder states.
struct Checkpoint {
  const char* name;
  std::int64_t heads, text_heads;
  model::Activation activation;
};

/// Rows brought to unit length, as the engine's are.
std::vector<float> unit_rows_of(const model::Tensor& golden, std::int64_t width) {
  std::vector<float> rows(golden.floats(), golden.floats() + golden.elements());
  for (auto row = rows.begin(); row != rows.end(); row += width) {
    double sum = 0;
    for (auto value = row; value != row + width; ++value)
      sum += static_cast<double>(*value) * static_cast<double>(*value);
    for (auto value = row; value != row + width; ++value)
      *value = static_cast<float>(*value / std::sqrt(sum));
  }
  return rows;
}

class OpenClip : public testing::TestWithParam<Checkpoint> {
 protected:
  /// Expects a head's patches, or for "none" the class token, of an image of this suffix.
  void expect_features(const std::filesystem::path& folder, const std::string& head,
                       const std::string& golden_name, const std::string& suffix) const {
    const GoldenFile golden(folder / "expected.safetensors");
    const std::string stem = std::string(GetParam().name) + ".";
    auto model = model::open_model(folder / GetParam().name);
    model.config.head = head;
    const std::vector<kernels::BlockPacking> packings(
        static_cast<std::size_t>(model.config.clip.vision.layers));
    const TowerWeights weights(model);
    const ClipEncoder encoder(model.config, weights, packed_tower(model, weights, packings, {/*use=*/false}));
    EncoderWorkspace workspace;
    kernels::Buffer<float> memory;
    float mean[3], std[3];
    for (std::size_t i = 0; i < 3; ++i) {
      mean[i] = model.config.image.mean[i] / 255;
      std[i] = model.config.image.std[i] / 255;
    }
    const auto pixels = normalised(golden.stored(stem + "image" + suffix), mean, std);
    const auto state = encoder.encode(images_of(pixels), nullptr, workspace);
    const bool whole = head == "none";
    const auto first = whole ? state.layout.global : state.layout.first_patch;
    const auto rows = whole ? 1 : state.layout.patches();
    std::vector<float> features(static_cast<std::size_t>(rows * encoder.joint()));
    encoder.project(state.tokens + first * encoder.width(), rows, features.data(), memory);
    const auto expected = unit_rows_of(golden[stem + golden_name + suffix], encoder.joint());
    ASSERT_EQ(features.size(), expected.size());
    EXPECT_TRUE(
        near(features.data(), expected.data(), static_cast<std::int64_t>(expected.size()), kTolerance))
        << stem << golden_name << suffix;
  }
};

TEST_P(OpenClip, ImageFeaturesAndDenseHeads) {
  RELPROMPT_REQUIRE_SHARED(shared);
  for (const std::string suffix : {"", "_wide"}) {
    const auto folder = shared / "golden/open_clip";
    expect_features(folder, "none", "image_features", suffix);
    expect_features(folder, "maskclip", "maskclip", suffix);
    expect_features(folder, "maskclip-residual", "maskclip_residual", suffix);
    expect_features(folder, "naclip", "naclip", suffix);
  }
}

TEST_P(OpenClip, TextFeatures) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto folder = shared / "golden/open_clip";
  const GoldenFile golden(folder / "expected.safetensors");
  const auto model = model::open_model(folder / GetParam().name);
  const auto texts = golden.stored("tokens").shape()[0];
  EXPECT_TRUE(near(TextEncoder(model).encode(golden.integers("tokens"), texts),
                   golden[std::string(GetParam().name) + ".text_features"], kTextTolerance));
}

TEST_P(OpenClip, NothingIsAssumed) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto model = model::open_model(shared / "golden/open_clip" / GetParam().name);
  EXPECT_EQ(model.config.clip.vision.heads, GetParam().heads);
  EXPECT_EQ(model.config.clip.text.heads, GetParam().text_heads);
  EXPECT_EQ(model.config.clip.activation, GetParam().activation);
  EXPECT_TRUE(model.notes.empty()) << model.notes.front();
}

INSTANTIATE_TEST_SUITE_P(Folders, OpenClip,
                         testing::Values(Checkpoint{"head80_gelu", 2, 2, model::Activation::kGelu},
                                         Checkpoint{"quickgelu_module", 1, 1, model::Activation::kQuickGelu}),
                         [](const auto& checkpoint) { return std::string(checkpoint.param.name); });

}  // namespace
}  // namespace relprompt::engine
