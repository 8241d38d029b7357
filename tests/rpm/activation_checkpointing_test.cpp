// The whole relationship prompt module over a tower whose layers run again in the backward pass.
#include <gtest/gtest.h>

#include "rpm/rpm.h"
#include "tensors.h"

namespace relprompt::rpm {
namespace {

using namespace model;

using test::uniform;

class ActivationCheckpointing : public testing::TestWithParam<Variant> {};

TEST_P(ActivationCheckpointing, GivesEveryPromptTheSameGradientBitForBit) {
  const auto config = test::tiny_config();
  clip::ImageTower tower(config.vision, config.joint, config.activation);
  test::fill_by_name(*tower, "visual.");
  for (auto& parameter : tower->parameters()) parameter.set_requires_grad(false);
  Rpm rpm(config.vision, test::tiny_prompts(GetParam(), config).rpm);
  test::fill_by_name(*rpm, "");
  rpm->eval();
  const auto side = config.vision.image_size();
  const auto image = uniform("image", {2, 3, side, side}), t = uniform("t", {5, config.joint});
  const auto pass = [&](bool activation_checkpointing) {
    tower->set_activation_checkpointing(activation_checkpointing);
    const auto out = rpm->forward(tower, image, t);
    (out.patches * uniform("dp", out.patches.sizes().vec())).sum().backward();
    std::vector<torch::Tensor> result = {out.patches.detach(), out.class_token.detach()};
    for (auto& parameter : rpm->parameters()) {
      result.push_back(parameter.grad());
      parameter.mutable_grad() = torch::Tensor();
    }
    return result;
  };
  const auto plain = pass(false), again = pass(true);
  ASSERT_EQ(plain.size(), again.size());
  std::size_t compared = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    ASSERT_EQ(plain[i].defined(), again[i].defined()) << i;
    if (!plain[i].defined()) continue;
    EXPECT_TRUE(torch::equal(plain[i], again[i])) << i;
    ++compared;
  }
  EXPECT_GT(compared, 6u);
}

INSTANTIATE_TEST_SUITE_P(Variants, ActivationCheckpointing,
                         testing::Values(Variant::kOfficial, Variant::kPaper), [](const auto& variant) {
                           return variant.param == Variant::kOfficial ? "official" : "paper";
                         });

}  // namespace
}  // namespace relprompt::rpm
