// Baselines and ablations as whole models: config, files, starting values, training steps.
#include <cstdlib>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "clip/as_torch.h"
#include "measure/flops.h"
#include "model/ablations.h"
#include "model/clip_tensors.h"
#include "model/initial_prompts.h"
#include "model/model_files.h"
#include "model/model_folder.h"
#include "model/presets.h"
#include "model/prompt_check.h"
#include "model/prompt_tensors.h"
#include "model/random_model.h"
#include "network/network.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::Precision;
using network::Network;

using model::Method;
using test::close;

const std::vector<Method> kMethods = {Method::kRpn,     Method::kLpmOnly, Method::kFull, Method::kBitFit,
                                      Method::kAdapter, Method::kVpt,     Method::kLst,  Method::kSsf,
                                      Method::kLora,    Method::kRpnVpt};

torch::Tensor unit_texts() {
  const auto t = test::uniform("texts", {5, 64});
  return t / t.norm(2, -1, true);
}

ModelConfig model_of(Method method) {
  ModelConfig config;
  config.clip = test::tiny_config();
  config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
  config.prompts->peft.method = method;
  return config;
}

class MethodModel : public testing::TestWithParam<Method> {
 protected:
  MethodModel() { ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1); }

  /// A CLIP without prompts of its own, under a config that asks for some: what training starts from.
  ModelFiles untrained(Method method) {
    auto config = model_of(method);
    config.prompts.reset();
    test::write_hashed_model(scratch_ / "clip", config);
    auto model = open_model(scratch_ / "clip");
    model.config.prompts = model_of(method).prompts;
    return model;
  }

  torch::Tensor image_ = test::uniform("image", {2, 3, 64, 64}), texts_ = unit_texts();
  test::TemporaryFolder scratch_;
};

TEST_P(MethodModel, SavedAndLoadedGivesTheSameLogits) {
  auto model = untrained(GetParam());
  Network network(model, torch::kCPU, Precision::kFp32);
  network.make_trainable(model, 3);
  const auto values = network.trained();
  {
    const torch::NoGradGuard no_grad;
    for (auto [name, value] : values) value.add_(0.02 * test::uniform(name, value.sizes().vec()));
  }
  const auto logits = network.patch_scores(image_, texts_);

  auto config = model.config;
  test::write_hashed_model(scratch_ / "saved", config);  // its random prompts are replaced
  ModelFolderWriter writer(scratch_ / "trained");
  writer.copy(scratch_ / "saved/clip.safetensors");
  const auto rows = model.prompt_rows();
  EXPECT_EQ(rows.size(), values.size());
  writer.write_tensors("prompts.safetensors", rows,
                       [&](const model::TensorRow& row) { return clip::from_torch(values.at(row.name)); });
  writer.write_text("config.json", to_json(config));
  writer.commit();
  const auto loaded = open_model(scratch_ / "trained");
  EXPECT_EQ(loaded.config.prompts->peft.method, GetParam());
  const torch::InferenceMode no_gradients;
  Network again(loaded, torch::kCPU, Precision::kFp32);
  EXPECT_TRUE(close(again.patch_scores(image_, texts_), logits, 2e-5));
}

TEST_P(MethodModel, AStepMovesWhatTheFileHoldsAndNothingElse) {
  auto model = untrained(GetParam());
  Network network(model, torch::kCPU, Precision::kFp32);
  network.make_trainable(model, 3);
  const auto plain = to_fp32(model.clip->read(model.image_rows().front())).values();
  std::vector<torch::Tensor> parameters;
  for (const auto& [name, value] : network.trained()) parameters.push_back(value);
  torch::optim::SGD optimizer(parameters, 0.1);
  const auto target = test::uniform("target", {2, 5, 4, 4});
  const auto loss = [&] { return (network.patch_scores(image_, texts_) - target).square().mean(); };
  const auto first = loss();
  first.backward();
  std::size_t moved = 0;
  for (const auto& [name, value] : network.trained()) {
    if (value.grad().defined() && value.grad().abs().max().item<float>() > 0) ++moved;
  }
  optimizer.step();
  EXPECT_GT(moved, 3u);
  EXPECT_LT(loss().item<float>(), first.item<float>());
  const torch::NoGradGuard no_grad;
  EXPECT_LT(loss().item<float>(), first.item<float>());
  EXPECT_EQ(to_fp32(model.clip->read(model.image_rows().front())).values(), plain);
}

TEST_P(MethodModel, StartsAsThePlainTowerButForPrompts) {
  const auto scores = [&](Method method) {
    auto model = untrained(method);
    Network network(model, torch::kCPU, Precision::kFp32);
    network.make_trainable(model, 3);
    const torch::NoGradGuard no_grad;
    return network.patch_scores(image_, texts_);
  };
  const bool prompts = model::has_rpm(GetParam()) || model::has_vpt(GetParam());
  const auto plain = scores(Method::kLpmOnly), found = scores(GetParam());
  if (prompts) {
    EXPECT_FALSE(close(found, plain, 1e-4));
  } else {
    EXPECT_TRUE(close(found, plain, 1e-5));
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, MethodModel, testing::ValuesIn(kMethods),
                         [](const auto& method) { return name_of(model::kMethodWords, method.param); });

TEST(MethodConfig, SurvivesItsFileAndOldOnesMeanRpn) {
  auto config = model_of(Method::kLora);
  config.prompts->peft.lora_rank = 3;
  config.prompts->peft.adapter_width = 5;
  config.prompts->peft.vpt_tokens = 7;
  config.prompts->peft.lst_reduction = 2;
  config.scores = ScoreKind::kSoftmax;
  const auto text = to_json(config);
  EXPECT_EQ(parse_config(text, "config.json").scores, ScoreKind::kSoftmax);
  EXPECT_EQ(to_json(parse_config(text, "config.json")), text);
  auto ablation = model_of(Method::kRpn);
  ablation.prompts->rpm.apg = model::Apg::kLinear;
  ablation.prompts->rpm.merge = model::Merge::kHadamard;
  const auto ablated = to_json(ablation);
  EXPECT_EQ(to_json(parse_config(ablated, "config.json")), ablated);
  EXPECT_EQ(parse_config(R"({"prompts": {"variant": "official"}})", "c").prompts->peft.method, Method::kRpn);
  EXPECT_EQ(variant_name(config), "none");
  EXPECT_EQ(variant_name(ablation), "paper");
}

TEST(MethodConfig, ContradictionsNameTheirKeys) {
  const auto bad = [](const std::string& prompts, const std::string& fragment) {
    EXPECT_ERROR(parse_config(R"({"prompts": )" + prompts + "}", "dir/config.json"),
                 ErrorCode::kBadModelConfig, fragment);
  };
  bad(R"({"method": "prompting"})", "'method' should be one of rpn, lpm_only");
  bad(R"({"lora_rank": 0})", "'lora_rank'");
  bad(R"({"apg": "mlp"})", "one of knowledge, linear");
  bad(R"({"merge": "sum"})", "one of concatenation, addition, hadamard");
  bad(R"({"method": "lora", "apg": "linear"})", "'apg' is a switch of the relationship prompts");
  bad(R"({"method": "full", "variant": "official"})", "'variant' is a switch");
  bad(R"({"method": "vpt", "m2oe": {"rank": 6}})", "'m2oe' is a switch");
  bad(R"({"method": "rpn_vpt", "variant": "official"})", "the official one has its own");
  bad(R"({"method": "lst", "lst_reduction": 3})", "'lst_reduction' 3 does not divide the 64");
  bad(R"({"variant": "official", "apg": "linear"})", "'apg' linear");
  bad(R"({"image_level_attention": false, "pixel_level_attention": false})", "no attention");
  bad(R"({"use_m2oe": false, "m2oe": {"gate": false}})", "'gate'");
  bad(R"({"layers": [12]})", "after which no layer takes prompts");
}

/// A head without numbers of its own can be measured; only training has to refuse it.
TEST(MethodConfig, NothingToTrainIsAModelButNotToTrain) {
  const test::TemporaryFolder scratch;
  auto config = model_of(Method::kLpmOnly);
  EXPECT_FALSE(trains_nothing(*config.prompts));
  EXPECT_NO_THROW(require_trainable(*config.prompts, "here", ErrorCode::kBadArgument));
  config.prompts->lpm.trained = false;
  EXPECT_TRUE(trains_nothing(*config.prompts));
  EXPECT_ERROR(require_trainable(*config.prompts, "here", ErrorCode::kBadArgument), ErrorCode::kBadArgument,
               "here: method 'lpm_only' without 'lpm_trained' trains nothing");
  test::write_hashed_model(scratch / "model", config);
  const auto model = open_model(scratch / "model");
  EXPECT_TRUE(model.prompt_rows().empty());
  const torch::InferenceMode no_gradients;
  Network network(model, torch::kCPU, Precision::kFp32);
  EXPECT_EQ(network.patch_scores(test::uniform("image", {1, 3, 64, 64}), unit_texts()).size(1), 5);
}

TEST(MethodConfig, AblationsAreListedByTheirKeys) {
  auto config = model_of(Method::kRpn);
  EXPECT_TRUE(ablations_of(config).empty());
  config.prompts->rpm.m2oe.rank = 6;
  config.prompts->rpm.apg = model::Apg::kLinear;
  config.prompts->rpm.layers = {1, 2};
  config.prompts->lpm.form = model::Form::kA;
  EXPECT_EQ(ablations_of(config),
            (std::vector<std::string>{"m2oe.rank 6", "apg linear", "layers [1,2]", "lpm a"}));
  config.prompts.reset();
  EXPECT_TRUE(ablations_of(config).empty());
}

/// Every switch, through the key a user would write, changes what the network computes.
TEST(MethodConfig, EverySwitchOfThePaperTakesEffect) {
  const torch::InferenceMode no_gradients;
  const test::TemporaryFolder scratch;
  const auto image = test::uniform("image", {1, 3, 64, 64}), texts = unit_texts();
  const auto scores = [&](const std::string& keys) {
    auto config = model_of(Method::kRpn);
    const auto shape =
        R"({"clip": {"grid": 4, "width": 128, "layers": 4, "heads": 2, "mlp_width": 512, "joint": 64,
        "text": {"width": 64, "layers": 4, "heads": 1, "mlp_width": 256, "vocab": 520}},
        "prompts": {"knowledge_grid": 4, )" +
        keys + "}}";
    config = parse_config(shape, "config.json");
    test::write_hashed_model(scratch / "model", config);
    Network network(open_model(scratch / "model"), torch::kCPU, Precision::kFp32);
    return network.patch_scores(image, texts);
  };
  const std::vector<std::string> switches = {R"("variant": "paper")",
                                             R"("variant": "official")",
                                             R"("use_m2oe": false)",
                                             R"("m2oe": {"gate": false})",
                                             R"("m2oe": {"rank": 6})",
                                             R"("m2oe": {"rank": 12})",
                                             R"("image_level_attention": false)",
                                             R"("pixel_level_attention": false)",
                                             R"("apg": "linear")",
                                             R"("merge": "addition")",
                                             R"("merge": "hadamard")",
                                             R"("layers": [1])",
                                             R"("lpm": "a")",
                                             R"("lpm": "b")",
                                             R"("lpm_trained": false)",
                                             R"("lpm": "a", "lpm_trained": false)",
                                             R"("lpm": "b", "lpm_trained": false)",
                                             R"("lpm_trained": false, "lpm_temperature": 0.07)"};
  std::vector<torch::Tensor> seen;
  for (const auto& keys : switches) {
    const auto found = scores(keys);
    EXPECT_TRUE(torch::isfinite(found).all().item<bool>()) << keys;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_FALSE(close(found, seen[i], 1e-5)) << keys << " is " << switches[i];
    }
    seen.push_back(found);
  }
}

TEST(MethodConfig, TrainableNumbersOfVitB16) {
  ModelConfig config;
  config.clip = model::preset("ViT-B-16");
  config.clip.vision.grid = 32;
  const auto count = [&](Method method) {
    PromptConfig prompts;
    prompts.peft.method = method;
    std::int64_t total = 0;
    for (const auto& row : prompt_rows(config.clip, prompts)) total += row.elements();
    return total;
  };
  const std::int64_t head = 512 * 512 + 512 + 2 * 512 + 1024 * 512 + 512 + 2 * 512, d = 768;
  EXPECT_EQ(count(Method::kLpmOnly), head);
  EXPECT_EQ(count(Method::kLora), head + 12 * 4 * 8 * d);
  EXPECT_EQ(count(Method::kAdapter), head + 12 * (2 * 64 * d + 64 + d));
  EXPECT_EQ(count(Method::kVpt), head + 12 * 10 * d);
  EXPECT_EQ(count(Method::kBitFit), head + 12 * (3 * d + d + d + 4 * d + d + d) + 2 * d);
  EXPECT_EQ(count(Method::kSsf), head + 12 * 2 * (3 * d + d + d + 4 * d + d + d) + 3 * 2 * d);
  EXPECT_EQ(count(Method::kRpnVpt), count(Method::kRpn) + 12 * 10 * d);
  std::int64_t tower = 0;
  for (const auto& row : model::image_tower_rows(config.clip)) tower += row.elements();
  EXPECT_EQ(count(Method::kFull), head + tower);
}

TEST(MethodConfig, ArithmeticFollowsTheMethod) {
  ModelConfig config;
  config.clip = model::preset("ViT-B-16");
  config.prompts.emplace();
  const auto flop = [&](Method method) {
    config.prompts->peft.method = method;
    return measure::flop_per_window(config, 512, 20);
  };
  const double plain = flop(Method::kLpmOnly);
  for (const auto method : {Method::kFull, Method::kBitFit, Method::kSsf, Method::kLora}) {
    EXPECT_EQ(flop(method), plain);
  }
  EXPECT_GT(flop(Method::kVpt), plain);
  EXPECT_NEAR(flop(Method::kAdapter) - plain, 12 * 2 * 2 * 1025.0 * 768 * 64, 1);
  EXPECT_GT(flop(Method::kLst), plain);
  EXPECT_GT(flop(Method::kRpnVpt), flop(Method::kRpn));
}

TEST(MethodConfig, InitTakesMethodAndSettings) {
  RandomModelOptions options;
  options.settings = {"m2oe.rank=6", "apg=linear", "layers=[1,2]"};
  EXPECT_EQ(ablations_of(random_model_config(options)),
            (std::vector<std::string>{"m2oe.rank 6", "apg linear", "layers [1,2]"}));
  options.settings = {"lora_rank=4"};
  options.method = "lora";
  EXPECT_EQ(random_model_config(options).prompts->peft.method, Method::kLora);
  EXPECT_EQ(random_model_config(options).prompts->peft.lora_rank, 4);
  options.method = "vpt";
  options.visual_prompt_tokens = 3;
  EXPECT_EQ(random_model_config(options).prompts->peft.vpt_tokens, 3);
  const auto bad = [&](const std::string& setting, const std::string& fragment) {
    options.settings = {setting};
    EXPECT_ERROR(random_model_config(options), ErrorCode::kBadArgument, fragment);
  };
  bad("rank", "expected KEY=VALUE");
  bad("colour=red", "unknown key 'colour'");
  bad("m2oe.colour=1", "unknown key 'colour'");
  bad("apg.x=1", "unknown key 'apg.x'");
  bad("apg=linear", "method 'vpt' has none");
  options.settings.clear();
  options.method = "prompting";
  EXPECT_ERROR(random_model_config(options), ErrorCode::kBadArgument, "one of rpn");
}

}  // namespace
}  // namespace relprompt::segmenter
