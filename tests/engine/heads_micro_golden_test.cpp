// Dense heads against the reference's numbers that every clone has (tests/golden/heads): towers of 1, 2, 4
// and 24 layers, and grids from 1x2 patches on.
#include <gtest/gtest.h>

#include "engine/outlier_patches.h"
#include "golden_support.h"
#include "head_features.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::engine {
namespace {

using kernels::Precision;
using test::GoldenFile;
using test::near;

constexpr double kFp32 = 2e-5;  // the goldens are exact; features are about 2
const char* const kGrids[] = {"square", "line", "pair", "large"};

class HeadsMicroGolden : public testing::TestWithParam<std::int64_t> {
 protected:
  HeadsMicroGolden() {
    model::ModelConfig config;
    config.clip = test::micro_config();
    config.clip.vision = {8, 4, 32, GetParam(), 2, 128};
    config.clip.joint = 16;
    test::write_hashed_model(scratch_ / "model", config);
    model_.emplace(model::open_model(scratch_ / "model"));
    model_->config.resclip.label_threshold = 0.25;
  }

  std::string stem(const std::string& grid) const { return std::to_string(GetParam()) + "." + grid + "."; }

  const GoldenFile golden_{test::golden_folder() / "heads/expected.safetensors"};
  const model::Tensor names_ = golden_["names"];
  const test::TemporaryFolder scratch_;
  std::optional<model::ModelFiles> model_;
};

TEST_P(HeadsMicroGolden, Features) {
  for (const auto& head : dense_head_names()) {
    if (head == "none") continue;
    HeadedEncoder encoder(*model_, head);
    encoder.workspace().asked = {names_.floats(), names_.shape()[0]};
    for (const std::string grid : kGrids) {
      const auto image = golden_["image." + grid];
      EXPECT_TRUE(near(encoder.features(images_of(image)), golden_[stem(grid) + head], kFp32))
          << head << grid;
    }
  }
}

TEST_P(HeadsMicroGolden, ImagesOfABatchDoNotMeet) {
  const auto image = golden_["image.large"];
  std::vector<float> other = test::uniform_numbers("another", image.elements());
  const auto alone = other;
  other.insert(other.end(), image.floats(), image.floats() + image.elements());
  const auto& shape = image.shape();
  for (const auto& head : dense_head_names()) {
    HeadedEncoder encoder(*model_, head);
    encoder.workspace().asked = {names_.floats(), names_.shape()[0]};
    auto expected = encoder.features({alone.data(), 1, shape[2], shape[3]});
    const auto second = encoder.features(images_of(image));
    expected.insert(expected.end(), second.begin(), second.end());
    const auto both = encoder.features({other.data(), 2, shape[2], shape[3]});
    EXPECT_TRUE(near(both.data(), expected.data(), static_cast<std::int64_t>(expected.size()), kFp32))
        << head;
  }
}

TEST_P(HeadsMicroGolden, Outliers) {
  HeadedEncoder encoder(*model_, "scclip");
  for (const std::string grid : kGrids) {
    const auto image = golden_["image." + grid];
    OutlierPatches found;
    encoder.workspace().watcher = [&](const LayerState& state) {
      if (state.layer + 1 == GetParam()) found = find_outliers(state.tokens + 32, state.grid.size(), 32);
    };
    encoder.features(images_of(image));
    EXPECT_EQ(found.patches, golden_.integers(stem(grid) + "outliers")) << grid;
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, HeadsMicroGolden, testing::Values(1, 2, 4, 24));

}  // namespace
}  // namespace relprompt::engine
