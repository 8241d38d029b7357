// The methods beside the image tower: names, gradients, the formulas of the papers they come from.
#include <set>

#include <gtest/gtest.h>

#include "clip/image_tower.h"
#include "gradient_check.h"
#include "model/method_tensors.h"
#include "peft/tuning.h"
#include "peft/weight_swap.h"
#include "tensors.h"

namespace relprompt::peft {
namespace {

using namespace model;

using test::close;
using test::uniform;

model::ClipConfig small_clip() {
  model::ClipConfig config;
  config.vision = {4, 3, 16, 3, 2, 32};
  config.joint = 8;
  return config;
}

PeftOptions small(Method method) {
  PeftOptions options;
  options.method = method;
  options.lora_rank = 2;
  options.adapter_width = 4;
  options.vpt_tokens = 2;
  options.lst_reduction = 4;
  return options;
}

const std::vector<Method> kAdding = {Method::kFull, Method::kBitFit, Method::kAdapter, Method::kVpt,
                                     Method::kLst,  Method::kSsf,    Method::kLora};

/// A frozen tower with a method beside it, both of known weights.
struct Tuned {
  explicit Tuned(Method method, torch::ScalarType type = torch::kFloat32)
      : tuning(make_tuning(config, small(method))) {
    test::fill_by_name(*tower, "clip.visual.");
    test::fill_by_name(*tuning, "");
    tower->to(type);
    tuning->to(type);
    image = image.to(type);
    for (auto& p : tower->parameters()) p.set_requires_grad(false);
    if (changes_weights(method)) swap.emplace(tower, tuning);
  }

  torch::Tensor tokens() {
    if (swap) swap->prepare();
    const auto hook = tuning->start_pass();
    return tower->forward(image, hook.get());
  }

  /// Everything that passes the tuned weights, the last norm and the projection included.
  torch::Tensor features() { return tower->project(tokens()); }

  model::ClipConfig config = small_clip();
  clip::ImageTower tower{config.vision, config.joint, nn::Activation::kQuickGelu};
  std::shared_ptr<Tuning> tuning;
  std::optional<WeightSwap> swap;
  torch::Tensor image = uniform("image", {2, 3, 12, 12});
};

class EveryMethod : public testing::TestWithParam<Method> {};

TEST_P(EveryMethod, HasTheParametersOfItsRows) {
  const Tuned net(GetParam());
  std::map<std::string, std::vector<std::int64_t>> expected, found;
  for (const auto& row : peft_rows(net.config, small(GetParam()))) expected[row.name] = row.shape;
  for (const auto& p : net.tuning->named_parameters()) found[p.key()] = p.value().sizes().vec();
  EXPECT_EQ(found, expected);
  EXPECT_FALSE(found.empty());
}

TEST_P(EveryMethod, GradientsMatchAndTheTowerGetsNone) {
  Tuned net(GetParam(), torch::kFloat64);
  const auto weight = uniform("weight", {2, 10, 8}).to(torch::kFloat64);
  const auto f = [&] {
    // The check writes to the numbers behind LibTorch's back, which only a training pass sees.
    const torch::AutoGradMode training(true);
    return (net.features() * weight).sum();
  };
  EXPECT_TRUE(test::gradients_match(*net.tuning, f));
  for (auto& p : net.tower->parameters()) EXPECT_FALSE(p.grad().defined());
}

TEST_P(EveryMethod, InferenceEqualsTheTrainingPass) {
  Tuned net(GetParam());
  const auto training = net.features();
  EXPECT_TRUE(training.requires_grad());
  const torch::NoGradGuard no_grad;
  const auto inference = net.features();
  EXPECT_FALSE(inference.requires_grad());
  EXPECT_TRUE(close(inference, training, 1e-5));
}

TEST_P(EveryMethod, FollowsItsParametersAfterAnUpdate) {
  Tuned net(GetParam());
  const torch::NoGradGuard no_grad;
  const auto before = net.features();
  EXPECT_TRUE(torch::equal(net.features(), before));
  for (auto& p : net.tuning->parameters()) p.mul_(0.5);
  EXPECT_FALSE(close(net.features(), before, 1e-5));
}

INSTANTIATE_TEST_SUITE_P(Methods, EveryMethod, testing::ValuesIn(kAdding),
                         [](const auto& method) { return name_of(model::kMethodWords, method.param); });

TEST(Methods, HaveNamesAndFamilies) {
  EXPECT_EQ(name_of(model::kMethodWords, Method::kRpn), "rpn");
  EXPECT_EQ(name_of(model::kMethodWords, Method::kRpnVpt), "rpn_vpt");
  EXPECT_EQ(std::size(model::kMethodWords), 10u);
  for (const auto method : {Method::kRpn, Method::kLpmOnly}) {
    EXPECT_EQ(make_tuning(small_clip(), small(method)), nullptr);
    EXPECT_TRUE(peft_rows(small_clip(), small(method)).empty());
  }
  EXPECT_EQ(size_text(small(Method::kLora)), "rank 2");
  EXPECT_EQ(size_text(small(Method::kAdapter)), "width 4");
  EXPECT_EQ(size_text(small(Method::kLst)), "width 1/4");
  EXPECT_EQ(size_text(small(Method::kRpnVpt)), "2 tokens a layer");
  EXPECT_EQ(size_text(small(Method::kSsf)), "");
}

TEST(Lora, AddsTheProductToQueriesAndValues) {
  const torch::NoGradGuard no_grad;
  Tuned net(Method::kLora);
  net.swap->prepare();
  auto p = net.tuning->named_parameters();
  const auto name = std::string("transformer.resblocks.1.attn.in_proj_weight");
  const auto frozen = net.tower->named_parameters()[name], used = *net.tower->weights().at(name);
  const auto added = used - frozen;
  EXPECT_TRUE(close(added.narrow(0, 0, 16), torch::matmul(p["lora.1.query.b"], p["lora.1.query.a"]), 1e-5));
  EXPECT_TRUE(torch::equal(added.narrow(0, 16, 16), torch::zeros({16, 16})));
  EXPECT_TRUE(close(added.narrow(0, 32, 16), torch::matmul(p["lora.1.value.b"], p["lora.1.value.a"]), 1e-5));
}

/// One scaled and shifted operation after another, as SSF is written.
TEST(Ssf, ScalesAndShiftsWhatFollowsEachOperation) {
  const torch::NoGradGuard no_grad;
  Tuned net(Method::kSsf);
  const auto tuned = net.tower->forward(net.image, nullptr);  // not yet prepared: the plain tower
  auto p = net.tuning->named_parameters();
  net.swap->prepare();
  const auto slots = net.tower->weights();
  const auto loaded = net.tower->named_parameters();
  const auto x = uniform("x", {5, 16});
  const auto stem = std::string("transformer.resblocks.0.mlp.c_fc.");
  const auto plain = torch::matmul(x, loaded[stem + "weight"].t()) + loaded[stem + "bias"];
  const auto want = plain * p["ssf." + stem + "weight"] + p["ssf." + stem + "bias"];
  EXPECT_TRUE(close(torch::matmul(x, slots.at(stem + "weight")->t()) + *slots.at(stem + "bias"), want, 1e-5));
  // The patch embedding has no bias: its shift is in the positions of the patches, not of the class token.
  const auto patches = at::conv2d(net.image, loaded["conv1.weight"], {}, 4).flatten(2).transpose(1, 2);
  const auto shifted = patches * p["ssf.conv1.weight"] + p["ssf.conv1.bias"];
  const auto used = at::conv2d(net.image, *slots.at("conv1.weight"), {}, 4).flatten(2).transpose(1, 2);
  const auto moved = *slots.at("positional_embedding") - loaded["positional_embedding"];
  EXPECT_TRUE(close(used + moved.narrow(0, 1, 9), shifted, 1e-5));
  EXPECT_TRUE(torch::equal(moved[0], torch::zeros({16})));
  EXPECT_FALSE(close(net.tower->forward(net.image, nullptr), tuned, 1e-3));
}

TEST(Ladder, NeedsNoGradientsOfTheTower) {
  Tuned net(Method::kLst);
  EXPECT_FALSE(net.tuning->needs_tower_gradients());
  const auto through = net.features();
  const auto hook = net.tuning->start_pass();
  const auto tokens = [&] {
    const torch::NoGradGuard tower_alone;
    return net.tower->forward(net.image, hook.get());
  }();
  EXPECT_TRUE(tokens.requires_grad());
  EXPECT_TRUE(close(net.tower->project(tokens), through, 1e-5));
}

TEST(WeightSwap, ThePlainTowerStaysInItsParameters) {
  Tuned net(Method::kFull);
  const auto before = net.tower->named_parameters()["conv1.weight"].clone();
  net.swap->prepare();
  EXPECT_TRUE(torch::equal(net.tower->named_parameters()["conv1.weight"], before));
  EXPECT_FALSE(torch::equal(*net.tower->weights().at("conv1.weight"), before));
  EXPECT_EQ(net.tower->weights().size(), net.tower->parameters().size());
  for (const auto& p : net.tower->named_parameters()) {
    EXPECT_EQ(net.tower->weights().at(p.key())->sizes(), p.value().sizes()) << p.key();
  }
}

TEST(WeightSwap, Bfloat16WeightsAreRoundedOnce) {
  const torch::NoGradGuard no_grad;
  Tuned net(Method::kLora);
  net.tower->use_bfloat16();
  net.swap->prepare();
  const auto name = std::string("transformer.resblocks.0.attn.in_proj_weight");
  const auto used = *net.tower->weights().at(name);
  EXPECT_EQ(used.scalar_type(), torch::kBFloat16);
  Tuned exact(Method::kLora);
  exact.swap->prepare();
  EXPECT_TRUE(torch::equal(used, exact.tower->weights().at(name)->to(torch::kBFloat16)));
}

}  // namespace
}  // namespace relprompt::peft
