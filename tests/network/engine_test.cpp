// The two definitions of the network tied together: the engine that labels, and the network that trains, on
// the device of test_device.h.
#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "engine/network.h"
#include "model/model_files.h"
#include "network/network.h"
#include "tensors.h"
#include "test_device.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::Precision;
using test::close;

/// A tiny model under a name, with one thing about it changed.
struct Case {
  std::string name;
  ModelConfig config;
};

ModelConfig tiny(Variant variant = Variant::kPaper) {
  ModelConfig config;
  config.clip = test::tiny_config();
  config.prompts = test::tiny_prompts(variant, config.clip);
  return config;
}

template <typename Change>
void add(std::vector<Case>& cases, const std::string& name, const Change& change,
         Variant variant = Variant::kPaper) {
  auto config = tiny(variant);
  change(config);
  cases.push_back({name, config});
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& [method, name] : kMethodWords) {
    add(cases, std::string("method_") + name,
        [method = method](ModelConfig& c) { c.prompts->peft.method = method; });
  }
  add(
      cases, "official", [](ModelConfig&) {}, Variant::kOfficial);
  add(
      cases, "official_without_tokens", [](ModelConfig& c) { c.prompts->rpm.visual_prompt_tokens = 0; },
      Variant::kOfficial);
  add(cases, "other_knowledge_grid", [](ModelConfig& c) { c.prompts->rpm.knowledge_grid = 3; });
  add(cases, "no_m2oe", [](ModelConfig& c) { c.prompts->rpm.use_m2oe = false; });
  add(cases, "no_gate", [](ModelConfig& c) { c.prompts->rpm.m2oe.gate = false; });
  add(cases, "rank_6", [](ModelConfig& c) { c.prompts->rpm.m2oe.rank = 6; });
  add(cases, "two_experts", [](ModelConfig& c) { c.prompts->rpm.m2oe.experts = 2; });
  add(cases, "no_image_level", [](ModelConfig& c) { c.prompts->rpm.itp.image_level = false; });
  add(cases, "no_pixel_level", [](ModelConfig& c) { c.prompts->rpm.itp.pixel_level = false; });
  add(cases, "linear_apg", [](ModelConfig& c) { c.prompts->rpm.apg = Apg::kLinear; });
  add(cases, "addition", [](ModelConfig& c) { c.prompts->rpm.merge = Merge::kAddition; });
  add(
      cases, "hadamard", [](ModelConfig& c) { c.prompts->rpm.merge = Merge::kHadamard; }, Variant::kOfficial);
  add(cases, "one_layer", [](ModelConfig& c) { c.prompts->rpm.layers = {2}; });
  add(cases, "lpm_a", [](ModelConfig& c) { c.prompts->lpm.form = Form::kA; });
  add(cases, "lpm_b", [](ModelConfig& c) { c.prompts->lpm.form = Form::kB; });
  add(cases, "lpm_untrained", [](ModelConfig& c) { c.prompts->lpm.trained = false; });
  add(cases, "lpm_untrained_with_temperature", [](ModelConfig& c) {
    c.prompts->lpm.trained = false;
    c.prompts->lpm.temperature = 0.07;
  });
  add(cases, "gelu", [](ModelConfig& c) { c.clip.activation = Activation::kGelu; });
  add(cases, "softmax", [](ModelConfig& c) { c.scores = ScoreKind::kSoftmax; });
  for (const std::string head : {"none", "maskclip", "maskclip-residual"}) {
    auto name = "bare_" + head;
    std::replace(name.begin(), name.end(), '-', '_');
    add(cases, name, [head](ModelConfig& c) {
      c.prompts.reset();
      c.head = head;
    });
  }
  return cases;
}

class Engine : public testing::TestWithParam<Case> {
 protected:
  Engine() {
    test::write_hashed_model(scratch_ / "model", GetParam().config);
    model_.emplace(open_model(scratch_ / "model"));
  }

  torch::Tensor scores(const engine::Network& network, const torch::Tensor& image,
                       const torch::Tensor& texts) const {
    engine::Workspace workspace;
    const auto grid = network.grid_of(image.size(2), image.size(3));
    auto found = torch::empty({image.size(0), texts.size(0), grid.height, grid.width});
    network.patch_scores({image.data_ptr<float>(), image.size(0), image.size(2), image.size(3)},
                         {texts.data_ptr<float>(), texts.size(0)}, found.data_ptr<float>(), workspace);
    return found;
  }

  static torch::Tensor texts(std::int64_t classes) {
    const auto t = test::uniform("texts", {classes, 64});
    return (t / t.norm(2, -1, true)).contiguous();
  }

  test::TemporaryFolder scratch_;
  std::optional<ModelFiles> model_;
  const torch::Device device_ = test::test_device();
};

TEST_P(Engine, EqualsTheNetworkOverGridsAndClasses) {
  const torch::InferenceMode no_gradients;
  network::Network reference(*model_, device_, Precision::kFp32);
  const engine::Network network(*model_, Precision::kFp32);
  EXPECT_EQ(network.score_activation(), reference.score_activation());
  struct Shape {
    std::int64_t batch, height, width, classes;
  };
  // 200 classes take the order of products without the attention map.
  for (const auto& shape :
       {Shape{2, 64, 64, 5}, {1, 48, 80, 1}, {1, 70, 130, 3}, {1, 64, 64, 200}, {3, 16, 16, 2}}) {
    const auto image = test::uniform("image", {shape.batch, 3, shape.height, shape.width});
    const auto t = texts(shape.classes);
    const auto expected = reference.patch_scores(image.to(device_), t.to(device_));
    EXPECT_TRUE(close(scores(network, image, t), expected, test::rounding(5e-5)))
        << shape.height << "x" << shape.width << ", " << shape.classes << " classes";
  }
}

TEST_P(Engine, RoundedPrecisionsStayNear) {
  const torch::InferenceMode no_gradients;
  network::Network reference(*model_, torch::kCPU, Precision::kFp32);
  const auto image = test::uniform("image", {1, 3, 64, 64}), t = texts(5);
  const auto activated = [&](const torch::Tensor& logits) {
    return GetParam().config.prompts ? logits.sigmoid() : logits;
  };
  const auto exact = activated(reference.patch_scores(image, t));
  for (const auto precision : {Precision::kBf16, Precision::kInt8}) {
    const auto found = activated(scores(engine::Network(*model_, precision), image, t));
    EXPECT_TRUE(close(found, exact, 0.12));
  }
  if (device_.is_cpu()) return;  // where the engine computes bf16
  network::Network rounded(*model_, device_, Precision::kBf16);
  EXPECT_TRUE(close(activated(rounded.patch_scores(image.to(device_), t.to(device_)).cpu()), exact, 0.12));
}

INSTANTIATE_TEST_SUITE_P(Models, Engine, testing::ValuesIn(all_cases()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace relprompt::segmenter
