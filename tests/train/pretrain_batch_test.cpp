// What both towers see before and during pretraining: starting values, words, scenes.
#include "train/pretrain_batch.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "model/clip_tensors.h"
#include "tensors.h"
#include "tiny_pretraining.h"
#include "train/pretrain_accuracy.h"
#include "train/pretrain_start.h"
#include "train/pretrain_towers.h"
#include "train/pretrain_vocabulary.h"

namespace relprompt::train {
namespace {

PretrainConfig tiny(const std::string& more = "") {
  return parse_pretrain_config(test::tiny_pretraining(more), "tiny.yaml");
}

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer learnt(text::parse_merges(learn_vocabulary(300, 0), "merges.txt", 300));
  return learnt;
}

bool equal(const PretrainBatch& one, const PretrainBatch& other) {
  return torch::equal(one.images, other.images) && torch::equal(one.tokens, other.tokens) &&
         torch::equal(one.excluded, other.excluded);
}

TEST(PretrainVocabulary, EveryWordOfTheWorldIsOneToken) {
  for (const auto word : world::caption_words()) EXPECT_EQ(tokenizer().encode(word).size(), 1u) << word;
  EXPECT_GT(tokenizer().encode("zeppelin").size(), 1u);
  EXPECT_LE(tokenizer().vocab_size(), 512 + 300 + 2);
}

TEST(PretrainStart, PositionsAreSinesOfColumnsAndRows) {
  const auto positions = sine_positions(3, 8);
  ASSERT_EQ(positions.sizes(), (std::vector<std::int64_t>{10, 8}));
  EXPECT_EQ(positions[0].abs().sum().item<float>(), 0);
  const auto patch = positions[1 + 3 * 2 + 1];  // row 2, column 1
  const double slow = 0.01;                     // 10000^(-1/2)
  const double expected[] = {std::sin(1), std::sin(slow),     std::cos(1), std::cos(slow),
                             std::sin(2), std::sin(2 * slow), std::cos(2), std::cos(2 * slow)};
  for (int i = 0; i < 8; ++i) EXPECT_NEAR(patch[i].item<double>(), expected[i], 1e-6) << i;
}

TEST(PretrainStart, ValuesSpreadAsClipsDo) {
  auto config = tiny().clip;
  config.text.vocab = 600;
  auto rows = model::image_tower_rows(config);
  const auto text = model::text_tower_rows(config);
  rows.insert(rows.end(), text.begin(), text.end());
  const std::map<std::string, double> deviations = {
      {"token_embedding.weight", 0.02},
      {"positional_embedding", 0.01},
      {"visual.transformer.resblocks.1.attn.in_proj_weight", std::sqrt(1 / 32.0)},
      {"visual.transformer.resblocks.1.attn.out_proj.weight", std::sqrt(1 / 32.0 / 4)},
      {"transformer.resblocks.0.mlp.c_proj.weight", std::sqrt(1 / 32.0 / 2)},
      {"transformer.resblocks.0.mlp.c_fc.weight", std::sqrt(1 / 64.0)},
      {"visual.proj", std::sqrt(1 / 32.0)}};
  std::size_t found = 0;
  for (const auto& row : rows) {
    const auto value = starting_value(row, config, 3);
    EXPECT_EQ(value.sizes().vec(), row.shape) << row.name;
    EXPECT_TRUE(torch::equal(value, starting_value(row, config, 3))) << row.name;
    const auto expected = deviations.find(row.name);
    if (expected == deviations.end()) continue;
    ++found;
    EXPECT_NEAR(value.std().item<double>() / expected->second, 1, 0.1) << row.name;
    EXPECT_FALSE(torch::equal(value, starting_value(row, config, 4))) << row.name;
  }
  EXPECT_EQ(found, deviations.size());
}

TEST(PretrainBatch, ExcludesCaptionsThatAreTrueOfAnotherScene) {
  world::Options options;
  options.size = 32;
  world::SceneBatch scenes;
  world::fill_batch(5, 0, 40, options, 1, scenes);
  const auto excluded = excluded_pairs(scenes);
  int pairs = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto scene = world::make_scene(5, i, options);
    for (std::uint64_t j = 0; j < 40; ++j) {
      const bool expected = i != j && world::is_true_of(scenes.captions[j], scene);
      EXPECT_EQ(excluded[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(j)].item<bool>(), expected);
      pairs += expected;
    }
  }
  EXPECT_GT(pairs, 0) << "this batch tests nothing";
}

TEST(PretrainBatch, NormalisesImages) {
  world::SceneBatch scenes;
  scenes.images = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};
  scenes.captions.resize(1);
  model::Normalisation image{{10, 20, 30}, {2, 4, 5}};
  const auto images = images_of(scenes, 2, image);
  EXPECT_TRUE(test::close(
      images[0].flatten(1),
      torch::tensor({{0.f, 15.f, 30.f, 45.f}, {0.f, 7.5f, 15.f, 22.5f}, {0.f, 6.f, 12.f, 18.f}}), 1e-5));
}

TEST(PretrainBatch, DependsOnTheUpdateAloneAndNeverRepeats) {
  const auto config = tiny();
  auto threaded = config;
  threaded.loader_threads = 3;
  PretrainLoader steady(config, tokenizer(), 0), other(threaded, tokenizer(), 0),
      late(config, tokenizer(), 3);
  std::vector<PretrainBatch> batches;
  for (int i = 0; i < 6; ++i) {
    batches.push_back(steady.next());
    EXPECT_TRUE(equal(batches.back(), other.next())) << i;
    if (i >= 3) {
      EXPECT_TRUE(equal(batches.back(), late.next())) << i;
    }
  }
  EXPECT_EQ(batches[0].images.sizes(), (std::vector<std::int64_t>{8, 3, 32, 32}));
  EXPECT_EQ(batches[2].images.size(3), 40);
  EXPECT_EQ(batches[4].tokens.sizes(), (std::vector<std::int64_t>{6, 48}));
  EXPECT_FALSE(torch::equal(batches[0].images, batches[1].images));
  PretrainLoader reseeded(tiny("seed: 1\n"), tokenizer(), 0);
  EXPECT_FALSE(torch::equal(batches[0].images, reseeded.next().images));
}

TEST(PretrainBatch, NamesAreThoseThatAreAskedForLater) {
  auto config = tiny();
  config.phases[0].captions = CaptionKind::kNames;
  config.phases[0].ground_every = 3;
  PretrainLoader loader(config, tokenizer(), 0), sentences(tiny(), tokenizer(), 0);
  std::vector<std::string> titles;
  for (std::uint16_t label = 0; label < world::kClasses; ++label) {
    titles.push_back("a photo of a " + world::title_of(label));
  }
  const auto all = token_rows(tokenizer(), titles, config.clip.text.context);
  const auto batch = loader.next();
  EXPECT_TRUE(torch::equal(batch.images, sentences.next().images));
  const auto same = (batch.tokens.unsqueeze(1) == all.unsqueeze(0)).all(-1);  // [B, names]
  EXPECT_TRUE(same.any(1).all().item<bool>());
  const auto label = same.to(torch::kInt64).argmax(1);
  for (std::int64_t i = 0; i < label.size(0); ++i) {
    const auto ground = label[i].item<std::int64_t>() >= world::kObjectClasses;
    EXPECT_EQ(ground, i % 3 == 2) << i;
    for (std::int64_t j = 0; j < label.size(0); ++j) {
      // Scenes with the same name are no wrong answers for each other; what else they share is not named
      // here.
      if (i != j && label[i].equal(label[j])) {
        EXPECT_TRUE(batch.excluded[i][j].item<bool>());
      }
    }
    EXPECT_FALSE(batch.excluded[i][i].item<bool>());
  }
}

TEST(PretrainTest, AnUntrainedModelGuesses) {
  auto config = tiny();
  config.evaluate_scenes = 256;
  config.clip.text.vocab = tokenizer().vocab_size();
  PretrainTowers towers(config.clip, 0);
  const PretrainTest test(config, tokenizer());
  const auto top1 = test.measure(towers);
  EXPECT_LT(top1.objects, 0.15);
  EXPECT_LT(top1.grounds, 0.7);
  EXPECT_GT(top1.grounds, 0.05);
}

}  // namespace
}  // namespace relprompt::train
