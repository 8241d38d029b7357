// The LibTorch network against the reference's numbers for the micro network, which every clone has
// (tests/golden/micro, made by tools/reference), on the device of test_device.h.
#include <gtest/gtest.h>

#include "model/model_files.h"
#include "network/network.h"
#include "tensors.h"
#include "test_device.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

class ReferenceNumbers : public testing::TestWithParam<model::Variant> {
 protected:
  static model::ModelFiles micro_model(const test::TemporaryFolder& scratch) {
    model::ModelConfig config;
    config.clip = test::micro_config();
    config.prompts = test::tiny_prompts(GetParam(), config.clip, /*tokens=*/3);
    test::write_hashed_model(scratch / "model", config);
    return model::open_model(scratch / "model");
  }

  torch::Tensor input(const std::string& what) const { return golden_[what].to(test::test_device()); }
  torch::Tensor expected(const std::string& what) const {
    return golden_[(GetParam() == model::Variant::kOfficial ? "official." : "paper.") + what];
  }

  const test::Golden golden_{test::golden_folder() / "micro/expected.safetensors"};
  const test::TemporaryFolder scratch_;
  network::Network network_{micro_model(scratch_), test::test_device(), kernels::Precision::kFp32};
  const double tolerance_ = test::rounding(1e-4);  // of a whole network on logits of unit scale
  const torch::InferenceMode no_gradients_;
};

TEST_P(ReferenceNumbers, PatchLogitsAndEveryTracedStage) {
  std::size_t stages = 0;
  const auto observer = [&](const std::string& stage, const torch::Tensor& value) {
    if (stage.find(".m2oe_update") != std::string::npos) return;  // a figure of ours, not the reference's
    EXPECT_TRUE(test::close(value, expected(stage), tolerance_)) << stage;
    ++stages;
  };
  const auto logits = network_.patch_scores(input("image"), input("text"), observer);
  EXPECT_TRUE(test::close(logits, expected("patch_logits"), tolerance_));
  EXPECT_EQ(stages, 4u * 2 + 3u * 2);  // class token and patches of 4 layers, map and prompt of 3
}

TEST_P(ReferenceNumbers, RectangularGrid) {
  const auto logits = network_.patch_scores(input("wide_image"), input("text"));
  EXPECT_TRUE(test::close(logits, expected("rectangular_patch_logits"), tolerance_));
}

INSTANTIATE_TEST_SUITE_P(Variants, ReferenceNumbers,
                         testing::Values(model::Variant::kOfficial, model::Variant::kPaper),
                         [](const auto& variant) {
                           return variant.param == model::Variant::kOfficial ? "official" : "paper";
                         });

}  // namespace
}  // namespace relprompt::segmenter
