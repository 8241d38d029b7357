// The relationship prompt module beside the paper's formulas.
#include "rpm/rpm.h"

#include <gtest/gtest.h>

#include "clip/image_tower.h"
#include "gradient_check.h"
#include "rpm/apg.h"
#include "rpm/itp.h"
#include "rpm/m2oe.h"
#include "rpm/merge.h"
#include "tensors.h"

namespace relprompt::rpm {
namespace {

using namespace model;

using test::close;
using test::uniform;

torch::Tensor unit(const torch::Tensor& x) {
  return x / x.norm(2, -1, true);
}

TEST(ImageToPixelAttention, IsEquationTwo) {
  const auto p = unit(uniform("p", {2, 6, 5})), g = unit(uniform("g", {2, 5})),
             t = unit(uniform("t", {3, 5}));
  const auto m = image_to_pixel_attention(p, g, t);
  for (std::int64_t b = 0; b < 2; ++b) {
    EXPECT_TRUE(close(m[b], torch::matmul(p[b], (t * g[b]).t()), 1e-6));
    EXPECT_TRUE(close(image_to_pixel_attention(p, g, t, {false, true})[b], torch::matmul(p[b], t.t()), 1e-6));
    const auto image_only = image_to_pixel_attention(p, g, t, {true, false})[b];
    for (std::int64_t n = 0; n < 6; ++n) EXPECT_TRUE(close(image_only[n], torch::matmul(t, g[b]), 1e-6));
  }
}

TEST(GeneratePrompts, IsEquationThreeOnAnyGrid) {
  const torch::NoGradGuard no_grad;
  nn::Linear linear(4, 4);
  test::fill_by_name(*linear, "linear.");
  const auto m = uniform("m", {2, 6, 3}), h = uniform("h", {6, 4});
  const auto expected = torch::matmul(torch::matmul(m.transpose(1, 2), h), linear->weight.t()) + linear->bias;
  EXPECT_TRUE(close(generate_prompts(m, {2, 3}, h, {2, 3}, linear), expected, 1e-6));
  const auto square = uniform("square", {4, 4});
  const auto resized = nn::resize_rows(square, {2, 2}, {2, 3});
  EXPECT_TRUE(close(generate_prompts(m, {2, 3}, square, {2, 2}, linear),
                    generate_prompts(m, {2, 3}, resized, {2, 3}, linear), 0));
}

TEST(GeneratePrompts, WithoutTheMapAreTheSame) {
  nn::Linear linear(5, 5);
  test::fill_by_name(*linear, "linear.");
  const auto p = unit(uniform("p", {2, 6, 3})), g = unit(uniform("g", {2, 3})),
             t = unit(uniform("t", {4, 3}));
  const auto h = uniform("h", {4, 5}).requires_grad_();
  const auto direct = generate_prompts(image_to_pixel_attention(p, g, t), {2, 3}, h, {2, 2}, linear);
  const auto direct_gradient =
      torch::autograd::grad({(direct * direct).sum()}, {h, linear->weight, linear->bias});
  const auto short_way =
      generate_prompts_without_map(p, g, t, map_knowledge(h, {2, 2}, {2, 3}, linear), linear);
  const auto gradient =
      torch::autograd::grad({(short_way * short_way).sum()}, {h, linear->weight, linear->bias});
  EXPECT_TRUE(close(short_way, direct, 1e-6));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(close(gradient[i], direct_gradient[i], 1e-5)) << i;
}

TEST(GeneratePrompts, TheMapPaysForFewClasses) {
  // ViT-B/16 on a 512 pixel window.
  EXPECT_FALSE(cheaper_without_map(20, 1024, 512, 768, 11));
  EXPECT_FALSE(cheaper_without_map(300, 1024, 512, 768, 11));
  EXPECT_TRUE(cheaper_without_map(310, 1024, 512, 768, 11));
}

TEST(MapToPrompts, IsALinearLayerFromTheCells) {
  const torch::NoGradGuard no_grad;
  const auto m = uniform("m", {2, 6, 3}), weight = uniform("w", {6, 4}), bias = uniform("b", {4});
  const auto prompts = map_to_prompts(m, {2, 3}, weight, {2, 3}, bias);
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto row = torch::matmul(m[1].select(1, c), weight) + bias;
    EXPECT_TRUE(close(prompts[1][c], row, 1e-6));
  }
  const auto square = uniform("square", {4, 4});
  EXPECT_TRUE(close(map_to_prompts(m, {2, 3}, square, {2, 2}, bias),
                    map_to_prompts(m, {2, 3}, nn::resize_rows(square, {2, 2}, {2, 3}), {2, 3}, bias), 0));
}

TEST(Merged, BringsPromptsBackToTheirPatches) {
  const auto tokens = uniform("tokens", {2, 7, 4}), m = uniform("m", {2, 6, 3}),
             prompt = uniform("r", {2, 3, 4});
  const auto added = merged(tokens, m, prompt, Merge::kAddition);
  const auto times = merged(tokens, m, prompt, Merge::kHadamard);
  for (std::int64_t n = 0; n < 6; ++n) {
    const auto share = m[1][n].exp() / m[1][n].exp().sum();
    const auto r = share[0] * prompt[1][0] + share[1] * prompt[1][1] + share[2] * prompt[1][2];
    const auto x = tokens[1][n + 1];
    EXPECT_TRUE(close(added[1][n + 1], x + r, 1e-6));
    EXPECT_TRUE(close(times[1][n + 1], x * (1 + r), 1e-6));
  }
  for (const auto& changed : {added, times})
    EXPECT_TRUE(torch::equal(changed.select(1, 0), tokens.select(1, 0)));
  EXPECT_TRUE(torch::equal(merged(tokens, m, torch::zeros_like(prompt), Merge::kHadamard), tokens));
}

/// Equations 1 and 12-15 as written: every expert mapped back to D, then weighted.
torch::Tensor naive_m2oe(M2oeImpl& block, const torch::Tensor& p, nn::Grid grid, std::int64_t experts) {
  auto parameters = block.named_parameters();
  const auto x = block.down(p), g = block.scores(x);
  const auto maps = x.transpose(1, 2).reshape({p.size(0), -1, grid.height, grid.width});
  auto out = p.clone();
  for (std::int64_t j = 0; j < experts; ++j) {
    const auto stem = "experts." + std::to_string(j) + ".";
    const nn::Grid scale = {std::max<std::int64_t>(1, grid.height >> j),
                            std::max<std::int64_t>(1, grid.width >> j)};
    const auto y = at::conv2d(nn::resize_maps(maps, scale), parameters[stem + "weight"],
                              parameters[stem + "bias"], 1, 1, 1, x.size(2));
    const auto rows = nn::resize_maps(y, grid).flatten(2).transpose(1, 2);
    out = out + g.select(1, j).reshape({-1, 1, 1}) * block.up(rows);
  }
  return out;
}

TEST(M2oe, MixingBeforeTheUpProjectionIsExact) {
  const torch::NoGradGuard no_grad;
  for (const std::int64_t rank : {1, 3, 6}) {
    for (const bool gate : {true, false}) {
      M2oe block(10, M2oeOptions{rank, 4, 2, gate});
      test::fill_by_name(*block, "m2oe.");
      const auto p = uniform("p", {3, 35, 10});
      EXPECT_TRUE(close(block(p, nn::Grid{5, 7}), naive_m2oe(*block, p, {5, 7}, 4), 1e-5)) << rank << gate;
    }
  }
}

TEST(M2oe, GateKeepsTheTopScoresAndSumsToOne) {
  const torch::NoGradGuard no_grad;
  M2oe block(10, M2oeOptions());
  test::fill_by_name(*block, "m2oe.");
  const auto x = block->down(uniform("p", {8, 12, 10}));
  const auto g = block->scores(x);
  EXPECT_TRUE(close(g.sum(1), torch::ones({8}), 1e-6));
  EXPECT_TRUE(torch::equal((g > 0).sum(1), torch::full({8}, 2, torch::kInt64)));
  const auto quiet = torch::zeros({8, 4});
  EXPECT_TRUE(torch::equal(block->scores(x, quiet), g));
  EXPECT_FALSE(torch::equal(block->scores(x, torch::full({8, 4}, 3.0) * uniform("noise", {8, 4})), g));
}

TEST(M2oe, Gradients) {
  M2oe block(6, M2oeOptions{2, 3, 2, true});
  test::fill_by_name(*block, "m2oe.");
  block->to(torch::kFloat64);
  const auto p = uniform("p", {2, 12, 6}).to(torch::kFloat64),
             noise = uniform("n", {2, 3}).to(torch::kFloat64);
  EXPECT_TRUE(test::gradients_match(*block, [&] { return block(p, nn::Grid{3, 4}, noise).square().sum(); }));
}

struct Tower {
  model::VisionConfig vision = {4, 3, 16, 3, 2, 32};
  clip::ImageTower tower{vision, 8, nn::Activation::kQuickGelu};
  torch::Tensor image = uniform("image", {2, 3, 12, 12});
  torch::Tensor texts = unit(uniform("texts", {5, 8}));

  Tower() { test::fill_by_name(*tower, "clip.visual."); }
};

RpmOptions small(Variant variant) {
  RpmOptions options;
  options.variant = variant;
  options.visual_prompt_tokens = 2;
  options.knowledge_grid = 3;
  return options;
}

TEST(Rpm, GivesUnitVectorsAndOneMapALayer) {
  const torch::NoGradGuard no_grad;
  Tower t;
  Rpm rpm(t.vision, small(Variant::kPaper));
  test::fill_by_name(*rpm, "");
  rpm->eval();
  std::vector<std::string> maps;
  const auto out =
      rpm->forward(t.tower, t.image, t.texts, [&](const std::string& name, const torch::Tensor& value) {
        if (name.find("attention_map") == std::string::npos) return;
        EXPECT_EQ(value.sizes(), torch::IntArrayRef({2, 9, 5}));
        maps.push_back(name);
      });
  EXPECT_EQ(maps, (std::vector<std::string>{"layer1.attention_map", "layer2.attention_map"}));
  EXPECT_TRUE(close(out.patches.norm(2, -1), torch::ones({2, 9}), 1e-5));
  EXPECT_TRUE(close(out.class_token.norm(2, -1), torch::ones({2}), 1e-5));
}

/// Layer 1's patches do not depend on M2oE, and its change of them is linear in `up`.
TEST(Rpm, ObserversSeeHowMuchM2oeChangesThePatches) {
  const torch::NoGradGuard no_grad;
  Tower t;
  Rpm rpm(t.vision, small(Variant::kPaper));
  test::fill_by_name(*rpm, "");
  rpm->eval();
  const auto update = [&](double factor) {
    for (auto& parameter : rpm->named_parameters()) {
      if (parameter.key().find("m2oe.0.up.") == 0) parameter.value().mul_(factor);
    }
    std::vector<torch::Tensor> found;
    rpm->forward(t.tower, t.image, t.texts, [&](const std::string& name, const torch::Tensor& value) {
      if (name == "layer1.m2oe_update" || name == "layer3.m2oe_update") found.push_back(value);
    });
    EXPECT_EQ(found.size(), 1u);  // the last layer has no experts
    return found.front();
  };
  const auto plain = update(1);
  EXPECT_EQ(plain.sizes(), torch::IntArrayRef({2}));
  EXPECT_GT(plain.min().item<float>(), 0);
  EXPECT_TRUE(close(update(2), 2 * plain, 1e-4));
  EXPECT_EQ(update(0).max().item<float>(), 0);
}

TEST(Rpm, LayersOptionRestrictsThePrompts) {
  const torch::NoGradGuard no_grad;
  Tower t;
  auto options = small(Variant::kPaper);
  options.layers = {2};
  Rpm rpm(t.vision, options);
  test::fill_by_name(*rpm, "");
  rpm->eval();
  std::vector<std::string> prompts;
  rpm->forward(t.tower, t.image, t.texts, [&](const std::string& name, const torch::Tensor&) {
    if (name.find(".prompt") != std::string::npos) prompts.push_back(name);
  });
  EXPECT_EQ(prompts, std::vector<std::string>{"layer2.prompt"});
}

TEST(Rpm, ObservingChangesNothing) {
  const torch::NoGradGuard no_grad;
  Tower t;
  auto options = small(Variant::kOfficial);
  options.layers = {1};
  Rpm rpm(t.vision, options);
  test::fill_by_name(*rpm, "");
  rpm->eval();
  const auto quiet = rpm->forward(t.tower, t.image, t.texts);
  const auto seen = rpm->forward(t.tower, t.image, t.texts, [](const std::string&, const torch::Tensor&) {});
  EXPECT_TRUE(torch::equal(quiet.patches, seen.patches));
}

TEST(Rpm, DropoutDisturbsOfficialPromptsInTrainingOnly) {
  const torch::NoGradGuard no_grad;
  Tower t;
  auto options = small(Variant::kOfficial);
  const auto patches = [&](std::vector<std::uint64_t> keys) {
    Rpm rpm(t.vision, options);
    test::fill_by_name(*rpm, "");
    return rpm->forward(t.tower, t.image, t.texts, {}, SampleNoise(std::move(keys))).patches;
  };
  const auto quiet = patches({});
  EXPECT_FALSE(close(patches({1, 2}), quiet, 1e-4));
  EXPECT_FALSE(close(patches({1, 2}), patches({3, 2}), 1e-4));
  EXPECT_TRUE(close(patches({1, 2})[1], patches({3, 2})[1], 1e-6)) << "an image's noise is its own";
  options.prompt_dropout = 0;
  EXPECT_TRUE(close(patches({1, 2}), quiet, 1e-6));
  options = small(Variant::kPaper);
  EXPECT_FALSE(close(patches({1, 2}), patches({}), 1e-6));
  options.use_m2oe = false;  // its gate draws noise in training
  EXPECT_TRUE(torch::equal(patches({1, 2}), patches({})));
}

TEST(Rpm, GradientsOfBothVariantsFlowThroughTheFrozenTower) {
  for (const auto variant : {Variant::kPaper, Variant::kOfficial}) {
    Tower t;
    t.tower->to(torch::kFloat64);
    for (auto& p : t.tower->parameters()) p.set_requires_grad(false);
    Rpm rpm(t.vision, small(variant));
    test::fill_by_name(*rpm, "");
    rpm->to(torch::kFloat64);
    rpm->eval();
    // The gate's noise matrix is used with noise only.
    for (auto& p : rpm->named_parameters()) {
      if (p.key().find("noise") != std::string::npos) p.value().set_requires_grad(false);
    }
    const auto image = t.image.to(torch::kFloat64), texts = t.texts.to(torch::kFloat64);
    const auto weight = uniform("weight", {2, 9, 8}).to(torch::kFloat64);
    EXPECT_TRUE(test::gradients_match(
        *rpm, [&] { return (rpm->forward(t.tower, image, texts).patches * weight).sum(); }));
    for (auto& p : t.tower->parameters()) EXPECT_FALSE(p.grad().defined());
  }
}

TEST(Rpm, GradientsOfTheAblations) {
  const auto check = [](const RpmOptions& options, const std::string& what) {
    Tower t;
    t.tower->to(torch::kFloat64);
    for (auto& p : t.tower->parameters()) p.set_requires_grad(false);
    Rpm rpm(t.vision, options);
    test::fill_by_name(*rpm, "");
    rpm->to(torch::kFloat64);
    for (auto& p : rpm->named_parameters()) {
      if (p.key().find("noise") != std::string::npos) p.value().set_requires_grad(false);
    }
    const auto image = t.image.to(torch::kFloat64), texts = t.texts.to(torch::kFloat64);
    const auto weight = uniform("weight", {2, 9, 8}).to(torch::kFloat64);
    EXPECT_TRUE(test::gradients_match(*rpm, [&] {
      return (rpm->forward(t.tower, image, texts).patches * weight).sum();
    })) << what;
  };
  auto options = small(Variant::kPaper);
  options.apg = Apg::kLinear;
  check(options, "linear APG");
  options = small(Variant::kPaper);
  options.merge = Merge::kAddition;
  check(options, "addition");
  options = small(Variant::kOfficial);
  options.merge = Merge::kHadamard;
  check(options, "Hadamard product beside visual prompts");
}

TEST(Rpm, MergedPromptsAreNoTokens) {
  const torch::NoGradGuard no_grad;
  Tower t;
  const auto patches = [&](Merge merge, bool zero) {
    auto options = small(Variant::kPaper);
    options.merge = merge;
    options.use_m2oe = false;
    Rpm rpm(t.vision, options);
    test::fill_by_name(*rpm, "");
    auto parameters = rpm->named_parameters();
    if (zero) {
      parameters["prompt_linear.weight"].zero_();
      parameters["prompt_linear.bias"].zero_();
    }
    return rpm->forward(t.tower, t.image, t.texts).patches;
  };
  // Prompts of zero leave the tower alone in both forms; as tokens they would still take attention.
  EXPECT_TRUE(close(patches(Merge::kAddition, true), patches(Merge::kHadamard, true), 1e-6));
  EXPECT_FALSE(close(patches(Merge::kConcatenation, true), patches(Merge::kAddition, true), 1e-4));
  EXPECT_FALSE(close(patches(Merge::kAddition, false), patches(Merge::kHadamard, false), 1e-4));
  EXPECT_FALSE(close(patches(Merge::kAddition, false), patches(Merge::kAddition, true), 1e-4));
}

/// Gives each layer the same tokens.
struct Beside : clip::LayerHook {
  void between_layers(clip::LayerState& state) override { state.prompt = tokens; }
  torch::Tensor tokens;
};

TEST(Rpm, TokensFromBesideAreAttendedTo) {
  const torch::NoGradGuard no_grad;
  Tower t;
  Rpm rpm(t.vision, small(Variant::kPaper));
  test::fill_by_name(*rpm, "");
  Beside beside;
  const auto plain = rpm->forward(t.tower, t.image, t.texts).patches;
  const auto silent = rpm->forward(t.tower, t.image, t.texts, {}, SampleNoise(), &beside).patches;
  EXPECT_TRUE(torch::equal(silent, plain));
  beside.tokens = uniform("beside", {2, 3, 16});
  const auto other = rpm->forward(t.tower, t.image, t.texts, {}, SampleNoise(), &beside).patches;
  EXPECT_FALSE(close(other, plain, 1e-4));
}

}  // namespace
}  // namespace relprompt::rpm
