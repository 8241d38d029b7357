// The whole network against a few of the oracle's numbers, so that a clone alone tests the mathematics.
//
// Made by rpn_reference.py with name-hashed weights: image hash_uniform("image") * 2, texts
// hash_uniform("texts") made unit length, wide picture hash_uniform("wide") * 2. Every 24th (15th) number of
// the patch logits.
#include <gtest/gtest.h>

#include "model/model_files.h"
#include "network/network.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::Precision;
using network::Network;

struct Numbers {
  model::Variant variant;
  std::vector<float> square;  ///< of [2, 6, 4, 4]
  std::vector<float> wide;    ///< of [1, 6, 3, 5]: positions and pixel knowledge are resized
};

torch::Tensor every(const torch::Tensor& logits, std::int64_t step) {
  return logits.flatten().slice(0, 0, logits.numel(), step);
}

class OracleNumbers : public testing::TestWithParam<Numbers> {};

TEST_P(OracleNumbers, PatchLogits) {
  const auto& [variant, square, wide] = GetParam();
  const test::TemporaryFolder scratch;
  ModelConfig config;
  config.clip = test::tiny_config();
  config.prompts = test::tiny_prompts(variant, config.clip);
  test::write_hashed_model(scratch / "model", config);
  Network network(open_model(scratch / "model"), torch::kCPU, Precision::kFp32);
  const torch::InferenceMode no_gradients;
  const auto raw = test::uniform("texts", {6, 64});
  const auto texts = raw / raw.norm(2, -1, true);
  const auto on_square = network.patch_scores(test::uniform("image", {2, 3, 64, 64}) * 2, texts);
  EXPECT_TRUE(test::close(every(on_square, 24), torch::tensor(square), 1e-4));
  const auto on_wide = network.patch_scores(test::uniform("wide", {1, 3, 48, 80}) * 2, texts);
  EXPECT_TRUE(test::close(every(on_wide, 15), torch::tensor(wide), 1e-4));
}

INSTANTIATE_TEST_SUITE_P(
    Variants, OracleNumbers,
    testing::Values(Numbers{model::Variant::kOfficial,
                            {-0.118306f, -0.771337f, -0.110472f, -1.318017f, -0.686519f, -0.664047f,
                             1.313845f, -0.877007f},
                            {-0.89917f, -2.207f, -1.595911f, -1.651535f, -2.021821f, -1.64435f}},
                    Numbers{model::Variant::kPaper,
                            {1.31679f, 0.425389f, 0.825989f, -1.608265f, 0.458899f, -1.214811f, 0.155142f,
                             -2.071454f},
                            {1.613891f, 0.946669f, 0.622383f, 0.998915f, -0.062352f, 0.758107f}}),
    [](const auto& variant) {
      return variant.param.variant == model::Variant::kOfficial ? "official" : "paper";
    });

}  // namespace
}  // namespace relprompt::segmenter
