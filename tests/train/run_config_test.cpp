// A run's config: every key is read, checked, and written so that it reads back.
#include "config/run_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/document.h"
#include "config/yaml.h"
#include "test_support.h"
#include "text/templates.h"

namespace relprompt::train {
namespace {

using nlohmann::json;

// Every key with a value that is not its default.
const char* const kEverything = R"(
name: "a run: 1"
protocol: transductive_known
data:
  train: {kind: voc-20, root: /voc, split: train_aug, images: i, masks: m, list: l, classes: c, encoding: raw,
          max_pixels: 1000000}
  test: {kind: folder, root: /own, split: test}
  held_out: 0.25
  train_samples: 100
  unseen: [sheep, sofa]
model:
  method: lora
  lora_rank: 4
  adapter_width: 32
  vpt_tokens: 5
  lst_reduction: 4
  apg: linear
  merge: addition
  variant: official
  knowledge_grid: 16
  visual_prompt_tokens: 7
  use_m2oe: false
  m2oe: {rank: 6, experts: 3, top_k: 1, gate: false}
  image_level_attention: false
  pixel_level_attention: false
  layers: [1, 3]
  lpm: b
  lpm_trained: false
normalisation: imagenet
templates: ["a {} here", "one more sentence with a {}"]
augment:
  long_side: 1024
  short_side: 256
  min_ratio: 0.75
  max_ratio: 1.5
  crop: 128
  cat_max_ratio: 0.5
  crop_tries: 4
  flip: 0.25
  distort: false
  colors: {brightness: 16, min_contrast: 0.75, max_contrast: 1.25, min_saturation: 0.875, max_saturation: 1.125,
           hue: 9}
loss: {kind: softmax, focal_weight: 50, dice_weight: 2, alpha: 0.5, gamma: 1, dice: squared}
optimizer: {knowledge_rate: 1.0e-4, rate: 0.001, weight_decay: 0.5}
train:
  iterations: 60
  power: 1
  minimum_rate: 1.0e-7
  warmup_iterations: 10
  warmup_ratio: 0.5
  batch: 8
  micro_batch: 2
  precision: bf16
  activation_checkpointing: true
  loader_threads: 3
  log_every: 5
  checkpoint_every: 10
  evaluate_every: 20
  evaluate_samples: 30
  best: validation_unseen
  bad_sample: skip
  clip_gradient: 1.5
  sheet_samples: 2
self_training: {start: 0.25, threshold: 0.75, restart: true}
test: {short_side: 64, window: 64, stride: 32, calibration: 0.2, average: all, image_scores: true, save_every: 7}
seed: 5
threads: 2
device: cuda:1
paths: {clip: /clip, data: /data, vocab: /vocab}
)";

TEST(RunConfig, EveryKeyIsRead) {
  const config::RunConfig config = config::parse_run_config(kEverything, "all.yaml");
  EXPECT_EQ(config.name, "a run: 1");
  EXPECT_EQ(config.setting, eval::Setting::kTransductiveKnown);
  EXPECT_EQ(config.data.train->split, "train_aug");
  EXPECT_EQ(config.data.unseen, (std::vector<std::string>{"sheep", "sofa"}));
  EXPECT_EQ(config.model.rpm.variant, model::Variant::kOfficial);
  EXPECT_TRUE(config.model.lpm.second_text_linear);
  EXPECT_EQ(config.model.rpm.m2oe.rank, 6);
  EXPECT_EQ(config.model.rpm.layers, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(config.model.lpm.form, model::Form::kB);
  EXPECT_EQ(config.normalisation, "imagenet");
  EXPECT_EQ(config.text.templates.size(), 2u);
  EXPECT_EQ(config.augment.crop, 128);
  EXPECT_EQ(config.augment.colors.hue, 9);
  EXPECT_FALSE(config.augment.distort);
  EXPECT_EQ(config.loss.kind, model::LossKind::kSoftmax);
  EXPECT_EQ(config.loss.sigmoid.dice, model::Dice::kSquared);
  EXPECT_EQ(config.optimizer.knowledge_rate, 1e-4);
  EXPECT_EQ(config.train.schedule.iterations, 60);
  EXPECT_EQ(config.train.schedule.minimum, 1e-7);
  EXPECT_EQ(config.train.precision, "bf16");
  EXPECT_EQ(config.train.best, config::BestRule::kValidationUnseen);
  EXPECT_EQ(config.train.bad_sample, config::BadSample::kSkip);
  EXPECT_EQ(config.self_training.start, 0.25);
  EXPECT_TRUE(config.self_training.restart);
  EXPECT_EQ(config.test.average, eval::Average::kAll);
  EXPECT_EQ(config.test.calibration, 0.2);
  EXPECT_EQ(config.seed, 5u);
  EXPECT_EQ(config.device, "cuda:1");
  EXPECT_EQ(config.paths.vocab, "/vocab");
}

// Compares the value of a key with what the text above says, so that a key that is read into the wrong field,
// or not written, is found without naming each here.
void expect_holds(const json& whole, const json& part, const std::string& path) {
  if (!part.is_object()) {
    EXPECT_EQ(whole, part) << path;
    return;
  }
  ASSERT_TRUE(whole.is_object()) << path;
  for (const auto& [key, value] : part.items()) {
    ASSERT_TRUE(whole.contains(key)) << path << key;
    expect_holds(whole[key], value, path + key + ".");
  }
}

void expect_differs_everywhere(const json& value, const json& other, const std::string& path) {
  if (!value.is_object() || !other.is_object()) {
    EXPECT_NE(value, other) << path << " has its default in the test";
    return;
  }
  for (const auto& [key, entry] : value.items())
    expect_differs_everywhere(entry, other[key], path + key + ".");
}

TEST(RunConfig, EveryKeyIsWritten) {
  const json written =
      config::parse_yaml(to_yaml(config::parse_run_config(kEverything, "all.yaml")), "written");
  expect_holds(written, config::parse_yaml(kEverything, "test"), "");
  expect_differs_everywhere(written, config::parse_yaml(to_yaml(config::RunConfig()), "defaults"), "");
}

TEST(RunConfig, OlderNamesAreRead) {
  EXPECT_TRUE(
      config::parse_run_config("train: {recompute: true}", "old.yaml").train.activation_checkpointing);
  EXPECT_FALSE(
      config::parse_run_config("train: {recompute: true, activation_checkpointing: false}", "both.yaml")
          .train.activation_checkpointing);
}

TEST(RunConfig, WhatIsWrittenReadsBack) {
  for (const std::string& yaml :
       {to_yaml(config::RunConfig()), to_yaml(config::parse_run_config(kEverything, "all.yaml")),
        to_yaml(config::parse_run_config("", "empty.yaml")),
        to_yaml(config::parse_run_config("templates: paper\ndata: {unseen: []}", "paper.yaml"))}) {
    EXPECT_EQ(to_yaml(config::parse_run_config(yaml, "again.yaml")), yaml);
  }
}

TEST(RunConfig, SectionsAreThoseThatOtherCommandsKnow) {
  const auto written = config::parse_yaml(to_yaml(config::RunConfig()), "defaults");
  const auto& known = config::sections();
  for (const auto& [section, value] : written.items()) {
    EXPECT_NE(std::find(known.begin(), known.end(), section), known.end()) << section;
  }
  for (const char* section :
       {"data", "model", "templates", "augment", "loss", "optimizer", "train", "test"}) {
    EXPECT_TRUE(written.contains(section)) << section;
  }
}

TEST(RunConfig, AbsentKeysKeepTheirDefaults) {
  const config::RunConfig config =
      config::parse_run_config("train: {batch: 4}\n", "dir/my-run.yaml", {"seed=9", "train.batch=8"});
  config::RunConfig expected;
  expected.name = "my-run";
  expected.train.batch = 8;
  expected.seed = 9;
  EXPECT_EQ(to_yaml(config), to_yaml(expected));
}

TEST(RunConfig, TemplatesBySetOrSentence) {
  EXPECT_EQ(config::parse_run_config("templates: single", "").text.templates, text::single_template());
  EXPECT_EQ(config::parse_run_config("templates: paper", "").text.templates, text::paper_templates());
  EXPECT_EQ(config::parse_run_config("templates: [\"{}\"]", "").text.templates,
            (std::vector<std::string>{"{}"}));
}

void refused(const std::string& yaml, const std::string& fragment) {
  EXPECT_ERROR(config::parse_run_config(yaml, "c.yaml"), ErrorCode::kBadArgument, fragment);
}

TEST(RunConfig, UnknownKeysNameTheNearest) {
  refused("trian: {}", "c.yaml: unknown key 'trian'; did you mean train?");
  refused("data: {train: {kind: folder, spilt: x}}",
          "c.yaml 'data' 'train': unknown key 'spilt'; did you mean split?");
  refused("model: {m2oe: {rnak: 3}}", "c.yaml 'model' 'm2oe': unknown key 'rnak'; did you mean rank?");
  refused("augment: {colors: {hues: 3}}", "'augment' 'colors': unknown key 'hues'; did you mean hue?");
  for (const char* section :
       {"data", "model", "augment", "loss", "optimizer", "train", "self_training", "test", "paths"}) {
    refused(std::string(section) + ": {xyzzy: 1}",
            std::string("c.yaml '") + section + "': unknown key 'xyzzy'");
  }
}

TEST(RunConfig, RangesAreChecked) {
  for (const char* line : {"protocol: zeroshot",
                           "normalisation: none",
                           "templates: both",
                           "seed: -1",
                           "seed: 1.5",
                           "threads: -1",
                           "threads: many",
                           "device: gpu",
                           "device: cuda:",
                           "device: cuda:x",
                           "name: 5",
                           "model: {variant: other}",
                           "model: {layers: [0]}",
                           "model: {m2oe: {top_k: 9}}",
                           "augment: {crop: 0}",
                           "augment: {flip: 2}",
                           "augment: {min_ratio: 0}",
                           "augment: {max_ratio: 0.25}",
                           "augment: {short_side: 4096}",
                           "augment: {cat_max_ratio: 0}",
                           "augment: {colors: {min_contrast: 3}}",
                           "loss: {alpha: 2}",
                           "loss: {focal_weight: -1}",
                           "loss: {kind: mse}",
                           "loss: {dice: cubed}",
                           "optimizer: {rate: 0}",
                           "optimizer: {knowledge_rate: -1}",
                           "optimizer: {weight_decay: -1}",
                           "train: {iterations: 0}",
                           "train: {power: 0}",
                           "train: {minimum_rate: -1}",
                           "train: {warmup_ratio: 2}",
                           "train: {warmup_iterations: -1}",
                           "train: {batch: 0}",
                           "train: {batch: 2, micro_batch: 3}",
                           "train: {precision: fp16}",
                           "train: {log_every: 0}",
                           "train: {checkpoint_every: 0}",
                           "train: {best: first}",
                           "train: {bad_sample: ignore}",
                           "train: {clip_gradient: -1}",
                           "train: {activation_checkpointing: 1}",
                           "self_training: {start: 1}",
                           "self_training: {threshold: 1.5}",
                           "test: {window: 64, stride: 65}",
                           "test: {calibration: 2}",
                           "test: {average: some}",
                           "test: {save_every: 0}",
                           "data: {held_out: 0.75}",
                           "paths: {clip: 5}"}) {
    SCOPED_TRACE(line);
    refused(line, "c.yaml");
  }
}

TEST(RunConfig, BadTemplatesAreRefused) {
  refused("templates: [\"no gap\"]", "c.yaml: ");
  refused("templates: [1]", "'templates' should be a list of texts");
}

TEST(RunConfig, ContradictionsAreRefused) {
  const std::string train = "data: {train: {kind: folder}, ";
  refused("protocol: inductive\ndata: {unseen: []}", "'unseen' is an empty list");
  refused("protocol: training_free\n" + train + "}", "'data' has a part 'train'");
  refused(train + "held_out: 0}", "'best' is held_out_seen, but 'data' 'held_out' is 0");
  refused(train + "}\nprotocol: inductive\ntrain: {best: validation_unseen}", "no part 'test'");
  refused(train + "test: {kind: folder}}\ntrain: {best: validation_unseen}", "knows no unseen classes");
  const std::string both = train + "test: {kind: folder}, ";
  refused(both + "}\ntrain: {best: validation_unseen_miou}",
          "validation_unseen_miou, but the protocol knows no");
  refused(both + "unseen: []}\ntrain: {best: validation_unseen_miou}", "may name them in data.unseen");
  EXPECT_NO_THROW(config::parse_run_config(
      both + "unseen: [sheep], held_out: 0}\ntrain: {best: validation_unseen_miou}", "c.yaml"));
  refused("self_training: {background: true}", "'background' is true, but 'protocol' is supervised");
  refused("protocol: transductive_known\nself_training: {background: true}", "only protocol: transductive");
  EXPECT_NO_THROW(config::parse_run_config("protocol: transductive\nself_training: {background: true}", ""));
  EXPECT_NO_THROW(config::parse_run_config(train + "held_out: 0}\ntrain: {best: none}", "c.yaml"));
  EXPECT_NO_THROW(config::parse_run_config("data: {test: {kind: folder}, held_out: 0}", "c.yaml"));
}

TEST(RunConfig, FilesGiveTheirName) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "quick.yaml", "seed: 3\n");
  const config::RunConfig config = config::read_run_config(folder / "quick.yaml", {"threads=1"});
  EXPECT_EQ(config.name, "quick");
  EXPECT_EQ(config.seed, 3u);
  EXPECT_EQ(config.threads, 1);
  EXPECT_ERROR(config::read_run_config(folder / "quick.yaml", {"sed=1"}), ErrorCode::kBadArgument,
               "did you mean seed?");
  EXPECT_ERROR(config::read_run_config(folder / "none.yaml"), ErrorCode::kNotFound, "none.yaml");
}

}  // namespace
}  // namespace relprompt::train
