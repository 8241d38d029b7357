// Looking inside a network: attention distances against a naive twin and closed forms, attention maps against
// what the network's observer sees.
#include <cmath>
#include <cstdlib>
#include <map>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "clip/as_torch.h"
#include "engine/attention_distance.h"
#include "model/clip_tensors.h"
#include "model/model_files.h"
#include "model/model_folder.h"
#include "network/network.h"
#include "network/torch_scorer.h"
#include "numbers.h"
#include "segmenter/attention_analysis.h"
#include "segmenter/sliding_window.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::Precision;
using network::Network;

using test::close;

/// Every loop spelled out, in double precision; weights over patches alone. tokens [1 + N, D].
std::vector<double> naive_distance(const engine::TowerWeights& weights, const engine::LayerState& state,
                                   const VisionConfig& vision) {
  const auto stem = "transformer.resblocks." + std::to_string(state.layer) + ".";
  const auto double_of = [&](const char* name) {
    return clip::as_torch(weights.at(stem + name)).to(torch::kFloat64);
  };
  const auto patches = state.grid.size(), width = vision.width, head = width / vision.heads;
  const auto tokens =
      torch::from_blob(state.tokens, {1 + patches, width}, torch::kFloat32).to(torch::kFloat64);
  const auto x = at::layer_norm(tokens, {width}, double_of("ln_1.weight"), double_of("ln_1.bias"), 1e-5);
  const auto projected =
      torch::matmul(x, double_of("attn.in_proj_weight").t()) + double_of("attn.in_proj_bias");
  std::vector<double> result;
  for (std::int64_t h = 0; h < vision.heads; ++h) {
    double sum = 0;
    for (std::int64_t i = 0; i < patches; ++i) {
      double all = 0, weighted = 0;
      for (std::int64_t j = 0; j < patches; ++j) {
        const auto q = projected[1 + i].narrow(0, h * head, head);
        const auto k = projected[1 + j].narrow(0, width + h * head, head);
        const double score = (q * k).sum().item<double>() / std::sqrt(static_cast<double>(head));
        const double dy = static_cast<double>(i / state.grid.width - j / state.grid.width);
        const double dx = static_cast<double>(i % state.grid.width - j % state.grid.width);
        all += std::exp(score);
        weighted += std::exp(score) * std::hypot(dy, dx);
      }
      sum += weighted / all;
    }
    result.push_back(sum / static_cast<double>(patches));
  }
  return result;
}

/// The tiny model with prompts, and an image whose shorter side is the model's window.
class AttentionStudy : public testing::Test {
 protected:
  AttentionStudy() {
    ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1);
    ModelConfig config;
    config.clip = test::tiny_config();
    config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
    config.test = TestProtocol::for_tower(config.clip.vision);
    test::write_hashed_model(scratch_ / "model", config);
    model_ = open_model(scratch_ / "model");
    classes_.rows = test::unit_rows("texts", 3, 64);
    classes_.width = 64;
    classes_.first = {0, 1, 3};  // the second class has two names
    image_.height = 64;
    image_.width = 90;
    for (int i = 0; i < 64 * 90 * 3; ++i) image_.rgb.push_back(static_cast<std::uint8_t>((i * 37) % 251));
  }

  test::TemporaryFolder scratch_;
  ModelFiles model_;
  ClassEmbeddings classes_;
  Image image_;
};

TEST_F(AttentionStudy, MapsAreThoseOfTheNetwork) {
  const engine::Network engine(model_, Precision::kFp32);
  EngineScorer scorer(engine);
  const auto maps = attention_maps(scorer, model_.config, classes_, image_, 0);
  EXPECT_EQ(maps.layers, (std::vector<int>{1, 2, 3}));  // the last layer's prompts would have no reader
  EXPECT_EQ(maps.classes, 2u);
  EXPECT_EQ(maps.height, 4);
  EXPECT_EQ(maps.width, 5);  // of 90 pixels
  EXPECT_EQ(maps.patch, 16);
  const torch::InferenceMode no_gradients;
  Network network(model_, torch::kCPU, Precision::kFp32);
  std::map<std::string, torch::Tensor> seen;
  const auto pixels = network_input(image_, model_.config.image);
  const auto input = torch::from_blob(const_cast<float*>(pixels.data()), {1, 3, 64, 90}, torch::kFloat32);
  network.patch_scores(input, network::DeviceClasses(torch::kCPU).rows(classes_),
                       [&](const std::string& name, const torch::Tensor& value) { seen[name] = value; });
  for (std::size_t i = 0; i < maps.layers.size(); ++i) {
    const auto m = seen.at("layer" + std::to_string(maps.layers[i]) + ".attention_map")[0].t();
    const auto found = [&](std::size_t label) {
      return torch::from_blob(const_cast<float*>(maps.map(i, label)), {20});
    };
    EXPECT_TRUE(close(found(0), m[0], 1e-5));
    EXPECT_TRUE(close(found(1), torch::maximum(m[1], m[2]), 1e-5));
  }
}

TEST_F(AttentionStudy, DistancesAreThoseOfTheLayersAtWork) {
  const engine::Network engine(model_, Precision::kFp32);
  EngineScorer scorer(engine);
  const auto found = attention_distances(scorer, model_, classes_, image_, 0);
  ASSERT_EQ(found.layers, 4);
  ASSERT_EQ(found.heads, 2);
  ASSERT_EQ(found.pixels.size(), 8u);
  const engine::TowerWeights weights(model_);
  int layers = 0;
  scorer.workspace().encoder.watcher = [&](const engine::LayerState& state) {
    EXPECT_EQ(state.layer, layers);
    const auto expected = naive_distance(weights, state, model_.config.clip.vision);
    for (int head = 0; head < 2; ++head) {
      EXPECT_NEAR(found.at(layers, head), 16 * expected[static_cast<std::size_t>(head)], 1e-3);
    }
    ++layers;
  };
  const auto pixels = network_input(image_, model_.config.image);
  std::vector<float> scores(3 * 20);
  scorer.patch_scores({pixels.data(), 1, 64, 90}, classes_, scores.data());
  EXPECT_EQ(layers, 4);
}

TEST_F(AttentionStudy, UniformAttentionGivesTheMeanOverAllPairs) {
  // Weights of 0 make every patch look everywhere alike: the mean of |i - j| over n patches in a row is
  // (n^2 - 1) / (3 n); 2100 of them take more than one portion.
  auto config = model_.config;
  config.prompts.reset();
  ModelFolderWriter writer(scratch_ / "zeros");
  auto rows = image_tower_rows(config.clip);
  const auto text = text_tower_rows(config.clip);
  rows.insert(rows.end(), text.begin(), text.end());
  writer.write_tensors("clip.safetensors", rows, [](const TensorRow& row) {
    return Tensor(row.shape, std::vector<float>(static_cast<std::size_t>(row.elements()), 0.0f));
  });
  writer.write_text("config.json", to_json(config));
  writer.commit();
  const auto zeros = open_model(scratch_ / "zeros");
  const engine::TowerWeights weights(zeros);
  for (const std::int64_t n : {2, 7, 2100}) {
    std::vector<float> tokens(static_cast<std::size_t>((1 + n) * 128), 0.5f);
    engine::LayerState state;
    state.batch = 1;
    state.grid = {1, n};
    state.layout = {1 + n, 1, 0};
    state.tokens = tokens.data();
    const double expected = static_cast<double>(n * n - 1) / static_cast<double>(3 * n);
    for (const double found : engine::attention_distance(weights, zeros.config.clip.vision, state)) {
      EXPECT_NEAR(found, expected, 1e-4 * expected) << n;
    }
  }
}

TEST_F(AttentionStudy, PromptsMoveLaterLayersButNotTheFirst) {
  const engine::Network network(model_, Precision::kFp32);
  auto bare = open_model(scratch_ / "model");
  const auto whole_hash = content_hash(bare);
  drop_prompts(bare);
  EXPECT_NE(content_hash(bare), whole_hash);
  const engine::Network clip(bare, Precision::kFp32);
  EXPECT_TRUE(clip.training_free());
  EngineScorer scorer(network), bare_scorer(clip);
  const auto with = attention_distances(scorer, model_, classes_, image_, 32);
  const auto without = attention_distances(bare_scorer, bare, classes_, image_, 32);
  EXPECT_EQ(with.resized_height, 32);
  EXPECT_EQ(with.resized_width, 45);
  EXPECT_EQ(with.at(0, 0), without.at(0, 0));
  EXPECT_NE(with.at(3, 0), without.at(3, 0));
}

TEST_F(AttentionStudy, RefusesWhatCannotBeShown) {
  auto bare = open_model(scratch_ / "model");
  drop_prompts(bare);
  const engine::Network clip(bare, Precision::kFp32), network(model_, Precision::kFp32);
  EngineScorer bare_scorer(clip), scorer(network);
  EXPECT_ERROR(attention_maps(bare_scorer, bare.config, classes_, image_, 0), ErrorCode::kBadModelConfig,
               "it is a bare CLIP");
  EXPECT_ERROR(attention_distances(scorer, model_, classes_, image_, 8), ErrorCode::kBadArgument,
               "short side 8");
  image_ = {16, 4000, std::vector<std::uint8_t>(16 * 4000 * 3)};
  EXPECT_ERROR(attention_maps(scorer, model_.config, classes_, image_, 1024), ErrorCode::kImageTooLarge,
               "patches at once");
}

}  // namespace
}  // namespace relprompt::segmenter
