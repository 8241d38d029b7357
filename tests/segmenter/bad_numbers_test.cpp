// Weights, embeddings and scores that are no numbers, or overflow on the way: an error that names what is
// wrong, in every precision, instead of class 0 everywhere.
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "edit_tensor.h"
#include "engine/network.h"
#include "engine/score_check.h"
#include "model/import_model.h"
#include "model/model_files.h"
#include "segmenter/sliding_window.h"
#include "segmenter/text_encoder.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::Precision;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class BadNumbers : public testing::TestWithParam<Precision> {
 protected:
  void SetUp() override {
    ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1);
    config_.clip = test::tiny_config();
    config_.prompts = test::tiny_prompts(Variant::kOfficial, config_.clip);
    config_.test = TestProtocol::for_tower(config_.clip.vision);
    test::write_hashed_model(scratch_ / "model", config_);
  }

  /// Every number of a tensor through f, or the first one only.
  void change(const char* file, const std::string& name, const std::function<float(float)>& f) const {
    test::edit_tensor(scratch_ / "model" / file, name, f);
  }
  void change_first(const char* file, const std::string& name, float to) const {
    change(file, name, [to, first = true](float x) mutable { return std::exchange(first, false) ? to : x; });
  }
  /// Weights of a block that are each below the limit, and whose products are not. Of the stacked projection
  /// only the values are large, so that infinity comes out of the last product in every precision.
  void make_overflow(const std::string& block, std::int64_t width) const {
    const auto huge = [](float x) { return x * 1e14f; };
    change("clip.safetensors", block + "ln_1.weight", huge);
    change("clip.safetensors", block + "attn.in_proj_weight",
           [&, left = 2 * width * width](float x) mutable { return left-- > 0 ? x : huge(x); });
    change("clip.safetensors", block + "attn.out_proj.weight", huge);
  }
  void make_bare() const {
    auto bare = config_;
    bare.prompts.reset();
    test::write_hashed_model(scratch_ / "model", bare);
  }

  /// What a user does: opens the model, names classes, labels an image.
  void label() const {
    const auto model = open_model(scratch_ / "model");
    const engine::Network network(model, GetParam());
    EngineScorer scorer(network);
    const auto classes = encode_classes(model, {}, {{{"road"}, {"sky"}, {"car"}}, {}}, {}).embeddings;
    const auto options = resolve({}, model.config, classes.classes());
    Image image{64, 64, std::vector<std::uint8_t>(64 * 64 * 3)};
    for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i * i);
    segment_image(scorer, model.config, classes, image, options, {});
  }

  void refused(const std::string& fragment) const {
    EXPECT_ERROR(label(), ErrorCode::kTensorMismatch, fragment);
  }

  test::TemporaryFolder scratch_;
  ModelConfig config_;
};

TEST_P(BadNumbers, SoundModelsPass) {
  EXPECT_NO_THROW(label());
  make_bare();
  EXPECT_NO_THROW(label());
}

TEST_P(BadNumbers, WeightsAreNamed) {
  const std::string hidden = "visual.transformer.resblocks.1.mlp.c_fc.weight";
  change_first("clip.safetensors", hidden, kNan);
  refused("clip.safetensors: the tensor " + hidden + " holds NaN");
  change_first("clip.safetensors", hidden, kInfinity);
  refused(hidden + " holds numbers that are infinite in fp32");
  change_first("clip.safetensors", hidden, -1e30f);
  refused(hidden + " holds numbers as large as 1.0e+30");
  change_first("clip.safetensors", hidden, 0);
  change_first("prompts.safetensors", "vis_norm.bias", kNan);
  refused("prompts.safetensors: the tensor vis_norm.bias holds NaN");
}

TEST_P(BadNumbers, WeightsThatPassNothingAreNamed) {
  const auto zero = [](float) { return 0.0f; };
  for (const auto* name : {"visual.proj", "text_projection", "token_embedding.weight"}) {
    test::write_hashed_model(scratch_ / "model", config_);
    change("clip.safetensors", name, zero);
    refused(std::string("clip.safetensors: the tensor ") + name + " holds nothing but zeros");
  }
  test::write_hashed_model(scratch_ / "model", config_);
  change("prompts.safetensors", "vis_proj.weight", zero);
  refused("the tensor vis_proj.weight holds nothing but zeros");
  test::write_hashed_model(scratch_ / "model", config_);
  change("prompts.safetensors", "vis_proj.bias", zero);
  EXPECT_NO_THROW(label()) << "a bias may be zero";
}

TEST_P(BadNumbers, EmbeddingsAreNamed) {
  make_overflow("transformer.resblocks.0.", config_.clip.text.width);
  refused("no usable embedding of 'a photo of a car'");
  test::write_hashed_model(scratch_ / "model", config_);
  change("clip.safetensors", "ln_final.weight", [](float) { return 0.0f; });
  change("clip.safetensors", "ln_final.bias", [](float) { return 0.0f; });
  refused("its length is 0 instead of 1");
}

TEST_P(BadNumbers, FeaturesAreChecked) {
  make_overflow("visual.transformer.resblocks.3.", config_.clip.vision.width);
  refused("the model computes features of patches that are");
  make_bare();
  make_overflow("visual.transformer.resblocks.3.", config_.clip.vision.width);
  refused("the model computes features of patches that are");
}

TEST_P(BadNumbers, ScoresAreChecked) {
  change("prompts.safetensors", "text_norm.weight", [](float) { return 0.0f; });
  change("prompts.safetensors", "text_norm.bias", [](float) { return 0.0f; });
  refused("the model computes the same score for every class at every patch");
}

TEST_P(BadNumbers, TemperaturesAreChecked) {
  make_bare();
  for (const float value : {kNan, kInfinity, -kInfinity, 1000.0f, -1000.0f}) {
    change("clip.safetensors", "logit_scale", [value](float) { return value; });
    refused("the tensor logit_scale is");
  }
}

INSTANTIATE_TEST_SUITE_P(All, BadNumbers,
                         testing::Values(Precision::kFp32, Precision::kBf16, Precision::kInt8),
                         [](const auto& tested) -> std::string {
                           if (tested.param == Precision::kFp32) return "Fp32";
                           return tested.param == Precision::kBf16 ? "Bf16" : "Int8";
                         });

TEST(ScoreCheck, TellsNumbersFromTheRest) {
  constexpr std::int64_t kBatch = 2, kPatches = 4, kWidth = 3;
  const std::vector<float> different = {1, 0, 0, 0, 1, 0, 0, 0, 1}, equal(9, 1.0f);
  const engine::Texts t = {different.data(), 3};
  std::vector<float> scores(24);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<float>(i % 5);
  EXPECT_NO_THROW(engine::check_scores(scores.data(), kBatch, kPatches, t, kWidth));
  for (const float value : {kNan, kInfinity, -kInfinity}) {
    auto bad = scores;
    bad[23] = value;
    EXPECT_ERROR(engine::check_scores(bad.data(), kBatch, kPatches, t, kWidth), ErrorCode::kTensorMismatch,
                 "no numbers");
  }
  const std::vector<float> same(24, 1.0f);
  EXPECT_ERROR(engine::check_scores(same.data(), kBatch, kPatches, t, kWidth), ErrorCode::kTensorMismatch,
               "same score");
  EXPECT_NO_THROW(engine::check_scores(same.data(), kBatch, kPatches, {equal.data(), 3}, kWidth))
      << "equal embeddings";
  EXPECT_NO_THROW(engine::check_scores(same.data(), 1, kPatches, {different.data(), 1}, kWidth));
}

TEST(ImportedNumbers, AreChecked) {
  const test::TemporaryFolder scratch;
  ModelConfig config;
  config.clip = test::tiny_config();
  test::write_hashed_model(scratch / "source", config);
  test::edit_tensor(scratch / "source/clip.safetensors", "visual.ln_pre.weight", [](float) { return kNan; });
  EXPECT_ERROR(import_checkpoint(scratch / "source", scratch / "copy", {}), ErrorCode::kTensorMismatch,
               "visual.ln_pre.weight holds NaN");
  EXPECT_FALSE(std::filesystem::exists(scratch / "copy"));
}

TEST(Normalisation, IsWithinTheScaleOfColours) {
  EXPECT_ERROR(check_normalisation({{0, 0, 0}, {1, 0, 1}}, "a.json"), ErrorCode::kBadModelConfig, "'std'");
  EXPECT_ERROR(check_normalisation({{0, 0, kInfinity}, {1, 1, 1}}, "a.json"), ErrorCode::kBadModelConfig,
               "'mean'");
  EXPECT_ERROR(check_normalisation({{0, 0, 0}, {1, 1, kNan}}, "a.json"), ErrorCode::kBadModelConfig, "'std'");
}

}  // namespace
}  // namespace relprompt::segmenter
