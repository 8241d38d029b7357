// Looking inside a network: attention distances against a naive twin and closed forms, attention maps against
// what the network's observer sees.
#include <cmath>
#include <cstdlib>
#include <map>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "clip/attention_distance.h"
#include "segmenter/attention_study.h"
#include "segmenter/model_files.h"
#include "segmenter/photo_segmenter.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

using test::close;

constexpr std::int64_t kWidth = 12, kHeads = 3;

nn::TransformerBlock small_block() {
  nn::TransformerBlock block(kWidth, kHeads, 16, nn::Activation::kGelu);
  test::fill_by_name(*block, "block.");
  return block;
}

/// Every loop spelled out, in double precision; weights over patches alone.
torch::Tensor naive_distance(nn::TransformerBlock& block, const torch::Tensor& tokens, nn::Grid grid,
                             std::int64_t heads) {
  const auto width = tokens.size(2), head = width / heads, patches = grid.size();
  const auto x = block->ln_1(tokens).to(torch::kFloat64);
  const auto w = block->attn->in_proj_weight.to(torch::kFloat64);
  const auto projected = torch::matmul(x, w.t()) + block->attn->in_proj_bias.to(torch::kFloat64);
  auto result = torch::zeros({tokens.size(0), heads}, torch::kFloat64);
  for (std::int64_t b = 0; b < tokens.size(0); ++b) {
    for (std::int64_t h = 0; h < heads; ++h) {
      double sum = 0;
      for (std::int64_t i = 0; i < patches; ++i) {
        double all = 0, weighted = 0;
        for (std::int64_t j = 0; j < patches; ++j) {
          const auto q = projected[b][1 + i].narrow(0, h * head, head);
          const auto k = projected[b][1 + j].narrow(0, width + h * head, head);
          const double score = (q * k).sum().item<double>() / std::sqrt(static_cast<double>(head));
          const double dy = static_cast<double>(i / grid.width - j / grid.width);
          const double dx = static_cast<double>(i % grid.width - j % grid.width);
          all += std::exp(score);
          weighted += std::exp(score) * std::hypot(dy, dx);
        }
        sum += weighted / all;
      }
      result[b][h] = sum / static_cast<double>(patches);
    }
  }
  return result;
}

TEST(AttentionDistance, EqualsItsNaiveTwin) {
  const torch::InferenceMode no_gradients;
  auto block = small_block();
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 4}, {3, 5}, {4, 2}}) {
    const nn::Grid grid = {height, width};
    const auto tokens = 2 * test::uniform("tokens", {2, 1 + grid.size(), kWidth});
    EXPECT_TRUE(close(clip::attention_distance(block, tokens, grid, kHeads),
                      naive_distance(block, tokens, grid, kHeads), 1e-5))
        << height << "x" << width;
  }
}

TEST(AttentionDistance, UniformAttentionGivesTheMeanOverAllPairs) {
  const torch::InferenceMode no_gradients;
  auto block = small_block();
  block->attn->in_proj_weight.zero_();
  block->attn->in_proj_bias.zero_();
  // Mean of |i - j| over n patches in a row is (n^2 - 1) / (3 n); 2100 of them take more than one portion.
  for (const std::int64_t n : {2, 7, 2100}) {
    const auto tokens = test::uniform("tokens", {1, 1 + n, kWidth});
    const double expected = static_cast<double>(n * n - 1) / static_cast<double>(3 * n);
    const auto found = clip::attention_distance(block, tokens, {1, n}, kHeads);
    EXPECT_TRUE(close(found, torch::full({1, kHeads}, expected, torch::kFloat64), 1e-4 * expected)) << n;
  }
  // Four patches in a square: 0, 1, 1 and the diagonal.
  const auto tokens = test::uniform("tokens", {1, 5, kWidth});
  EXPECT_NEAR(clip::attention_distance(block, tokens, {2, 2}, kHeads)[0][0].item<double>(),
              (2 + std::sqrt(2.0)) / 4, 1e-6);
}

/// The tiny model with prompts, and a photo whose shorter side is the model's window.
class AttentionStudy : public testing::Test {
 protected:
  AttentionStudy() {
    ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1);
    ModelConfig config;
    config.clip = test::tiny_config();
    config.prompts = test::tiny_prompts(rpm::Variant::kPaper, config.clip);
    config.test = TestProtocol::for_tower(config.clip.vision);
    test::write_hashed_model(scratch_ / "model", config);
    model_ = open_model(scratch_ / "model");
    const auto t = test::uniform("texts", {3, 64});
    classes_.rows = t / t.norm(2, -1, true);
    classes_.first = {0, 1, 3};  // the second class has two names
    photo_.height = 64;
    photo_.width = 90;
    for (int i = 0; i < 64 * 90 * 3; ++i) photo_.rgb.push_back(static_cast<std::uint8_t>((i * 37) % 251));
  }

  torch::Tensor input() const { return network_input(photo_, model_.config.image, torch::kCPU); }

  test::TemporaryFolder scratch_;
  ModelFiles model_;
  ClassEmbeddings classes_;
  Image photo_;
  torch::InferenceMode no_gradients_;
};

TEST_F(AttentionStudy, MapsAreWhatTheObserverSees) {
  Network network(model_, torch::kCPU, Precision::kFp32);
  const auto maps = attention_maps(network, model_.config, classes_, photo_, 0);
  EXPECT_EQ(maps.layers, (std::vector<int>{1, 2, 3}));  // the last layer's prompts would have no reader
  EXPECT_EQ(maps.classes, 2u);
  EXPECT_EQ(maps.height, 4);
  EXPECT_EQ(maps.width, 5);  // of 90 pixels
  EXPECT_EQ(maps.patch, 16);
  std::map<std::string, torch::Tensor> seen;
  network.patch_scores(input(), classes_.rows,
                       [&](const std::string& name, const torch::Tensor& value) { seen[name] = value; });
  for (std::size_t i = 0; i < maps.layers.size(); ++i) {
    const auto m = seen.at("layer" + std::to_string(maps.layers[i]) + ".attention_map")[0].t();
    const auto found = [&](std::size_t label) {
      return torch::from_blob(const_cast<float*>(maps.map(i, label)), {20});
    };
    EXPECT_TRUE(close(found(0), m[0], 1e-6));
    EXPECT_TRUE(close(found(1), torch::maximum(m[1], m[2]), 1e-6));
  }
}

TEST_F(AttentionStudy, DistancesAreThoseOfTheLayersAtWork) {
  Network network(model_, torch::kCPU, Precision::kFp32);
  const auto found = attention_distances(network, model_, classes_, photo_, 0);
  ASSERT_EQ(found.layers, 4);
  ASSERT_EQ(found.heads, 2);
  ASSERT_EQ(found.pixels.size(), 8u);
  int layers = 0;
  network.watch_layers([&](nn::TransformerBlock& block, const clip::LayerState& state) {
    EXPECT_EQ(state.layer, layers);
    const auto expected = 16 * naive_distance(block, state.tokens, state.grid, 2)[0];
    for (int head = 0; head < 2; ++head) {
      EXPECT_NEAR(found.at(layers, head), expected[head].item<double>(), 1e-3);
    }
    ++layers;
  });
  network.patch_scores(input(), classes_.rows);
  EXPECT_EQ(layers, 4);
}

TEST_F(AttentionStudy, PromptsMoveLaterLayersButNotTheFirst) {
  Network network(model_, torch::kCPU, Precision::kFp32);
  auto bare = open_model(scratch_ / "model");
  const auto whole_hash = content_hash(bare);
  drop_prompts(bare);
  EXPECT_NE(content_hash(bare), whole_hash);
  Network clip(bare, torch::kCPU, Precision::kFp32);
  EXPECT_TRUE(clip.training_free());
  const auto with = attention_distances(network, model_, classes_, photo_, 32);
  const auto without = attention_distances(clip, bare, classes_, photo_, 32);
  EXPECT_EQ(with.resized_height, 32);
  EXPECT_EQ(with.resized_width, 45);
  EXPECT_EQ(with.at(0, 0), without.at(0, 0));
  EXPECT_NE(with.at(3, 0), without.at(3, 0));
}

TEST_F(AttentionStudy, RefusesWhatCannotBeShown) {
  auto bare = open_model(scratch_ / "model");
  drop_prompts(bare);
  Network clip(bare, torch::kCPU, Precision::kFp32);
  EXPECT_ERROR(attention_maps(clip, bare.config, classes_, photo_, 0), ErrorCode::kBadModelConfig,
               "it is a bare CLIP");
  Network network(model_, torch::kCPU, Precision::kFp32);
  EXPECT_ERROR(attention_distances(network, model_, classes_, photo_, 8), ErrorCode::kBadArgument,
               "short side 8");
  photo_ = {16, 4000, std::vector<std::uint8_t>(16 * 4000 * 3)};
  EXPECT_ERROR(attention_maps(network, model_.config, classes_, photo_, 1024), ErrorCode::kImageTooLarge,
               "patches at once");
}

}  // namespace
}  // namespace relprompt::segmenter
