// The loss of the official variant before any update, over many starts, beside the reference's
// (tools/reference/initial_values.py): what the starting values mean, whichever random numbers make them.
#include <cmath>

#include <gtest/gtest.h>

#include "loss/loss.h"
#include "model/model_files.h"
#include "network/network.h"
#include "nn/grid.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::network {
namespace {

constexpr std::int64_t kSide = 32, kClasses = 5, kIgnored = 255;
constexpr int kStarts = 200;

/// Stripes of eight rows in the labels, the first row ignored.
torch::Tensor target() {
  auto rows = torch::arange(kSide).div(8, "floor").reshape({1, kSide, 1}).repeat({2, 1, kSide});
  rows.select(1, 0).fill_(kIgnored);
  return rows.to(torch::kInt64);
}

TEST(FirstLoss, OfTheOfficialVariantIsTheReferences) {
  const test::TemporaryFolder folder;
  model::ModelConfig config;
  config.clip = test::micro_config();
  test::write_hashed_model(folder / "clip", config);
  auto model = model::open_model(folder / "clip");
  model.config.prompts = test::tiny_prompts(model::Variant::kOfficial, config.clip);
  model.config.prompts->rpm.visual_prompt_tokens = 3;
  const auto image = test::uniform("image", {2, 3, kSide, kSide}) * 2;
  const auto texts = torch::nn::functional::normalize(test::uniform("texts", {kClasses, 32}),
                                                      torch::nn::functional::NormalizeFuncOptions().dim(-1));
  Network network(model, torch::kCPU, Precision::kFp32);
  std::vector<torch::Tensor> losses;
  for (std::uint64_t seed = 0; seed < kStarts; ++seed) {
    network.make_trainable(model, seed);
    const torch::NoGradGuard no_grad;
    const auto logits = nn::resize_maps(network.patch_scores(image, texts), {kSide, kSide});
    const auto loss = loss::compute_loss(logits, target(), kIgnored, loss::LossOptions());
    losses.push_back(torch::stack({loss.parts[0].second.log(), loss.parts[1].second}));
  }
  const auto all = torch::stack(losses).to(torch::kFloat64);
  // Mean and deviation of the reference's 400 starts. Zero biases and cut weights would give 2.790 +- 0.140
  // and 0.6745 +- 0.0092.
  const double mean[] = {2.9707, 0.6847}, deviation[] = {0.9944, 0.0556};
  for (int part = 0; part < 2; ++part) {
    const auto values = all.select(1, part);
    const double error = deviation[part] * std::sqrt(1.0 / kStarts + 1.0 / 400);
    EXPECT_NEAR(values.mean().item<double>(), mean[part], 4 * error) << part;
    EXPECT_NEAR(values.std().item<double>(), deviation[part], 0.25 * deviation[part]) << part;
  }
}

}  // namespace
}  // namespace relprompt::network
