// The image tower in a training pass: where its graph begins, and layers that run again in the backward pass.
#include <gtest/gtest.h>

#include "clip/image_tower.h"
#include "tensors.h"

namespace relprompt::clip {
namespace {

using namespace model;

using test::uniform;

/// Gives one layer a prompt made of what the layers before left, times a weight that may be trained.
class PromptAt : public LayerHook {
 public:
  PromptAt(std::int64_t layer, const torch::Tensor& weight) : layer_(layer), weight_(weight) {}

  void between_layers(LayerState& state) override {
    graph_.push_back(state.tokens.requires_grad());
    if (state.layer >= layer_) state.prompt = state.tokens.narrow(1, 0, 3) * weight_;
  }

  /// Whether the tokens after 0, 1, ... layers had a graph.
  const std::vector<bool>& graph() const { return graph_; }

 private:
  std::int64_t layer_;
  torch::Tensor weight_;
  std::vector<bool> graph_;
};

ImageTower frozen_tower(std::int64_t layers) {
  const auto config = test::tiny_config();
  auto vision = config.vision;
  vision.layers = layers;
  ImageTower tower(vision, config.joint, config.activation);
  test::fill_by_name(*tower, "visual.");
  for (auto& parameter : tower->parameters()) parameter.set_requires_grad(false);
  return tower;
}

torch::Tensor image_of(const ImageTower& tower) {
  const auto side = tower->config().image_size();
  return uniform("image", {2, 3, side, side});
}

TEST(TowerTraining, TheGraphBeginsAtTheFirstTrainedPrompt) {
  auto tower = frozen_tower(4);
  for (const bool activation_checkpointing : {false, true}) {
    tower->set_activation_checkpointing(activation_checkpointing);
    PromptAt hook(2, uniform("weight", {128}).set_requires_grad(true));
    tower->forward(image_of(tower), &hook);
    EXPECT_EQ(hook.graph(), (std::vector<bool>{false, false, false, true, true})) << activation_checkpointing;
  }
}

TEST(TowerTraining, NoGraphWhereNoPromptIsTrained) {
  auto tower = frozen_tower(3);
  for (const bool activation_checkpointing : {false, true}) {
    tower->set_activation_checkpointing(activation_checkpointing);
    PromptAt hook(1, uniform("weight", {128}));
    EXPECT_FALSE(tower->forward(image_of(tower), &hook).requires_grad()) << activation_checkpointing;
    EXPECT_EQ(hook.graph(), std::vector<bool>(4, false)) << activation_checkpointing;
  }
}

TEST(TowerTraining, RecomputedLayersGiveTheSameResultAndGradientsBitForBit) {
  for (const bool bfloat16 : {false, true}) {
    auto tower = frozen_tower(4);
    if (bfloat16) tower->use_bfloat16();
    const auto pass = [&](bool activation_checkpointing) {
      tower->set_activation_checkpointing(activation_checkpointing);
      const auto weight = uniform("weight", {128}).set_requires_grad(true);
      PromptAt hook(1, weight);
      const auto tokens = tower->forward(image_of(tower), &hook);
      tokens.backward(uniform("dy", tokens.sizes().vec()));
      return std::pair{tokens.detach(), weight.grad()};
    };
    const auto plain = pass(false), again = pass(true);
    EXPECT_GT(plain.second.abs().max().item<double>(), 0);
    EXPECT_TRUE(torch::equal(plain.first, again.first)) << bfloat16;
    EXPECT_TRUE(torch::equal(plain.second, again.second)) << bfloat16;
  }
}

TEST(TowerTraining, TrainedLayersGetTheSameGradientsWhenTheyRunAgain) {
  auto tower = frozen_tower(3);
  for (auto& parameter : tower->named_parameters()) {
    const bool bias = parameter.key().find("resblocks") != std::string::npos &&
                      parameter.key().find("bias") != std::string::npos;
    parameter.value().set_requires_grad(bias);
  }
  const auto pass = [&](bool activation_checkpointing) {
    tower->set_activation_checkpointing(activation_checkpointing);
    tower->forward(image_of(tower)).square().mean().backward();
    std::vector<torch::Tensor> gradients;
    for (auto& parameter : tower->parameters()) {
      if (!parameter.requires_grad()) continue;
      gradients.push_back(parameter.grad());
      parameter.mutable_grad() = torch::Tensor();
    }
    return gradients;
  };
  const auto plain = pass(false), again = pass(true);
  ASSERT_EQ(plain.size(), 3u * 6);  // two norms, two products of the attention, two of the MLP
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_TRUE(torch::equal(plain[i], again[i])) << i;
}

}  // namespace
}  // namespace relprompt::clip
