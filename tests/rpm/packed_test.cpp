// The packed module beside LibTorch's form of the same parameters, with every switch.
#include <gtest/gtest.h>

#include "rpm/apg.h"
#include "rpm/rpm.h"
#include "tensors.h"

namespace relprompt::rpm {
namespace {

using test::close;
using test::uniform;

struct Case {
  const char* name;
  RpmOptions options;
};

/// Both variants and each ablation alone.
std::vector<Case> cases() {
  std::vector<Case> all;
  const auto add = [&](const char* name, const auto& change) {
    RpmOptions options;
    options.knowledge_grid = 3;
    options.visual_prompt_tokens = 2;
    change(options);
    all.push_back({name, options});
  };
  add("paper", [](RpmOptions&) {});
  add("official", [](RpmOptions& o) { o.variant = Variant::kOfficial; });
  add("no_m2oe", [](RpmOptions& o) { o.use_m2oe = false; });
  add("no_gate", [](RpmOptions& o) { o.m2oe.gate = false; });
  add("rank_6", [](RpmOptions& o) { o.m2oe.rank = 6; });
  add("two_experts", [](RpmOptions& o) { o.m2oe.experts = 2; });
  add("no_image_level", [](RpmOptions& o) { o.itp.image_level = false; });
  add("no_pixel_level", [](RpmOptions& o) { o.itp.pixel_level = false; });
  add("linear_apg", [](RpmOptions& o) { o.apg = Apg::kLinear; });
  add("addition", [](RpmOptions& o) { o.merge = Merge::kAddition; });
  add("hadamard", [](RpmOptions& o) {
    o.variant = Variant::kOfficial;
    o.merge = Merge::kHadamard;
  });
  add("one_layer", [](RpmOptions& o) { o.layers = {2}; });
  return all;
}

struct Network {
  explicit Network(const RpmOptions& options) : rpm(vision, options) {
    test::fill_by_name(*tower, "clip.visual.");
    test::fill_by_name(*rpm, "");
    for (auto& p : tower->parameters()) p.set_requires_grad(false);
    for (auto& p : rpm->parameters()) p.set_requires_grad(false);
  }
  /// `classes` unit vectors.
  static torch::Tensor texts(std::int64_t classes) {
    const auto t = uniform("texts", {classes, 8});
    return t / t.norm(2, -1, true);
  }

  clip::VisionConfig vision = {4, 3, 16, 3, 2, 32};
  clip::ImageTower tower{vision, 8, nn::Activation::kQuickGelu};
  Rpm rpm;
};

class PackedRpmCases : public testing::TestWithParam<Case> {};

TEST_P(PackedRpmCases, EqualsLibTorch) {
  const torch::NoGradGuard no_grad;
  Network network(GetParam().options);
  auto& [vision, tower, rpm] = network;
  // Few classes and many, for which prompts are made without the map; the stored grid and others.
  for (const std::int64_t classes : {5, 60}) {
    for (const auto& image : {uniform("square", {2, 3, 12, 12}), uniform("wide", {1, 3, 8, 20}),
                              uniform("tall", {3, 3, 20, 4})}) {
      const auto texts = Network::texts(classes);
      rpm->unpack();
      const auto expected = rpm->forward(tower, image, texts);
      rpm->pack(tower);
      const auto actual = rpm->forward(tower, image, texts);
      EXPECT_TRUE(close(actual.patches, expected.patches, 2e-5)) << classes;
      EXPECT_TRUE(close(actual.class_token, expected.class_token, 2e-5)) << classes;
      EXPECT_FALSE(torch::equal(actual.patches, expected.patches)) << "the kernels were not used";
    }
  }
}

TEST_P(PackedRpmCases, ShowsTheSameToAnObserver) {
  const torch::NoGradGuard no_grad;
  Network network(GetParam().options);
  auto& [vision, tower, rpm] = network;
  using Seen = std::vector<std::pair<std::string, torch::Tensor>>;
  const auto image = uniform("image", {2, 3, 12, 12}), texts = Network::texts(60);
  const auto watch = [&] {
    Seen seen;
    rpm->forward(tower, image, texts, [&](const std::string& name, const torch::Tensor& value) {
      seen.emplace_back(name, value);
    });
    return seen;
  };
  const auto expected = watch();
  rpm->pack(tower);
  const auto actual = watch();
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_EQ(actual[i].first, expected[i].first);
    EXPECT_TRUE(close(actual[i].second, expected[i].second, 1e-4)) << actual[i].first;
  }
}

INSTANTIATE_TEST_SUITE_P(Switches, PackedRpmCases, testing::ValuesIn(cases()),
                         [](const auto& chosen) { return chosen.param.name; });

TEST(PackedRpm, NoiseAndGradientsTakeTheOtherForm) {
  Network network{RpmOptions()};
  auto& [vision, tower, rpm] = network;
  const auto image = uniform("image", {2, 3, 12, 12}), texts = Network::texts(5);
  const auto noisy = [&] { return rpm->forward(tower, image, texts, {}, SampleNoise({1, 2})).patches; };
  const auto gradient = [&] {
    const auto t = texts.clone().requires_grad_();
    return torch::autograd::grad({rpm->forward(tower, image, t).patches.square().sum()}, {t})[0];
  };
  const auto expected_noisy = noisy(), expected_gradient = gradient();
  rpm->pack(tower);
  EXPECT_TRUE(torch::equal(noisy(), expected_noisy));
  EXPECT_TRUE(torch::equal(gradient(), expected_gradient));
}

TEST(PackedRpm, UnpackedItComputesWithNewParameters) {
  const torch::NoGradGuard no_grad;
  Network network{RpmOptions()};
  auto& [vision, tower, rpm] = network;
  const auto image = uniform("image", {1, 3, 12, 12}), texts = Network::texts(5);
  rpm->pack(tower);
  const auto before = rpm->forward(tower, image, texts).patches;
  for (auto& p : rpm->parameters()) p.mul_(1.5);
  rpm->unpack();
  EXPECT_FALSE(close(rpm->forward(tower, image, texts).patches, before, 1e-3));
}

TEST(PromptCost, TheMapPaysUpTo438ClassesOnVitB16) {
  // 512 pixel window.
  const auto few = prompt_cost(438, 1024, 512, 768), many = prompt_cost(440, 1024, 512, 768);
  EXPECT_LT(few.with_map, few.without_map);
  EXPECT_LT(many.without_map, many.with_map);
  EXPECT_EQ(prompt_cost(2, 3, 5, 7).with_map, 2 * 3 * (5 + 7));
  EXPECT_EQ(prompt_cost(2, 3, 5, 7).without_map, (3 + 2) * 5 * 7);
}

}  // namespace
}  // namespace relprompt::rpm
