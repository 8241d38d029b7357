// Whole pretraining runs on tiny towers, through the public interface.
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/pretraining.h"
#include "relprompt/segmenter.h"

#include "model/model_files.h"
#include "test_support.h"
#include "tiny_pretraining.h"
#include "train/pretrain_config.h"
#include "train/pretrainer.h"
#include "world/scene.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

/// Asks to stop after some iterations.
class Impatient : public RunListener {
 public:
  explicit Impatient(int iterations) : left_(iterations) {}
  void on_step(const TrainingStep&) override { --left_; }
  bool stop_requested() override { return left_ <= 0; }

 private:
  int left_;
};

class Pretrain : public testing::Test {
 protected:
  Pretrain() { test::write_text(folder_ / "tiny.yaml", test::tiny_pretraining()); }

  PretrainSettings settings(const std::string& output, const std::vector<std::string>& changes = {}) const {
    PretrainSettings all;
    all.config = folder_ / "tiny.yaml";
    all.output = folder_ / output;
    all.changes = changes;
    return all;
  }

  std::string file(const std::string& run, const std::string& name) const {
    return test::read_text(folder_ / run / name);
  }

  test::TemporaryFolder folder_;
  RunListener quiet_;
};

TEST_F(Pretrain, TheFolderIsAModelThatSegments) {
  const auto outcome = pretrain_clip(settings("run"), quiet_);
  EXPECT_TRUE(outcome.finished);
  const auto result = json::parse(outcome.json);
  EXPECT_EQ(result["iterations"], 6);
  EXPECT_EQ(json::parse(file("run", "result.json")), result);
  for (const char* name : {"config.yaml", "checkpoint.safetensors", "log.txt", "curves.png"}) {
    EXPECT_TRUE(fs::exists(folder_ / "run" / name)) << name;
  }
  const auto log = file("run", "log.txt");
  EXPECT_THAT(log, HasSubstr("iteration 1/6  objects"));
  EXPECT_THAT(log, HasSubstr("iteration 5/6  crowds"));
  EXPECT_THAT(log, HasSubstr("iteration 4: top-1"));

  const auto model = model::open_model(folder_ / "run");
  EXPECT_FALSE(model.prompts);
  EXPECT_EQ(model.config.clip.vision.image_size(), 32);
  EXPECT_EQ(model.config.head, "maskclip-residual");
  EXPECT_EQ(model::sha256_of(folder_ / "run/clip.safetensors"), model.config.clip_sha256);
  Segmenter segmenter(folder_ / "run");
  segmenter.set_classes(parse_class_list("red dotted, sand, something else"));
  const auto image = world::make_scene(1, 1).image;
  const auto found = segmenter.segment(image);
  EXPECT_EQ(found.labels.labels.size(), std::size_t{96} * 96);
}

TEST_F(Pretrain, TheSameSeedGivesTheSameBytes) {
  pretrain_clip(settings("one"), quiet_);
  pretrain_clip(settings("two", {"train.loader_threads=3", "train.evaluate_every=1"}), quiet_);
  pretrain_clip(settings("other", {"seed=1"}), quiet_);
  for (const char* name : {"clip.safetensors", "merges.txt", "result.json"}) {
    EXPECT_EQ(file("one", name), file("two", name)) << name;
  }
  EXPECT_NE(file("one", "clip.safetensors"), file("other", "clip.safetensors"));
}

TEST_F(Pretrain, AStoppedRunEndsWithTheSameBytes) {
  pretrain_clip(settings("steady"), quiet_);
  for (int after = 0; after < 6; ++after) {
    const auto run = "stopped" + std::to_string(after);
    Impatient listener(after);
    const auto first = pretrain_clip(settings(run), listener);
    EXPECT_FALSE(first.finished);
    EXPECT_THAT(first.summary, HasSubstr("relprompt pretrain --resume"));
    const auto second = resume_pretraining(folder_ / run, std::nullopt, quiet_);
    EXPECT_TRUE(second.finished);
    for (const char* name : {"clip.safetensors", "config.json", "result.json"}) {
      EXPECT_EQ(file(run, name), file("steady", name)) << after << " " << name;
    }
    EXPECT_FALSE(resume_pretraining(folder_ / run, std::nullopt, quiet_).changed);
  }
}

TEST_F(Pretrain, AFinishedRunWhoseConfigWasEditedSaysSo) {
  pretrain_clip(settings("run"), quiet_);
  const auto yaml = file("run", "config.yaml");
  const auto at = yaml.find("iterations: 2");
  ASSERT_NE(at, std::string::npos) << yaml;
  test::write_text(folder_ / "run/config.yaml", std::string(yaml).replace(at, 13, "iterations: 4"));
  EXPECT_ERROR(resume_pretraining(folder_ / "run", std::nullopt, quiet_), ErrorCode::kBadArgument,
               "is finished after 6 iterations; its config.yaml asks for 8");
}

TEST_F(Pretrain, AWarmUpThatLeavesNoTimeToLearnIsNamed) {
  Impatient at_once(0);
  pretrain_clip(settings("run", {"optimizer.warmup_iterations=50"}), at_once);
  EXPECT_THAT(file("run", "log.txt"), HasSubstr("lower optimizer.warmup_iterations"));
}

TEST_F(Pretrain, ARunThatLostWhatFollowedItsCheckpointEndsWithTheSameBytes) {
  pretrain_clip(settings("steady"), quiet_);
  Impatient listener(4);
  pretrain_clip(settings("run"), listener);
  test::write_text(folder_ / "run/log.txt", file("run", "log.txt") + "iteration 5/6  half a li");
  fs::remove(folder_ / "run/clip.safetensors");
  resume_pretraining(folder_ / "run", std::nullopt, quiet_);
  EXPECT_EQ(file("run", "clip.safetensors"), file("steady", "clip.safetensors"));
  EXPECT_EQ(file("run", "log.txt").find("half a li"), std::string::npos);
}

TEST_F(Pretrain, RefusesFoldersAndConfigsThatDoNotFit) {
  Impatient listener(2);
  pretrain_clip(settings("run"), listener);
  EXPECT_ERROR(pretrain_clip(settings("run"), quiet_), ErrorCode::kNotWritable,
               "relprompt pretrain --resume");
  EXPECT_ERROR(resume_pretraining(folder_ / "none", std::nullopt, quiet_), ErrorCode::kNotFound,
               "relprompt pretrain CONFIG -o FOLDER");
  const auto yaml = file("run", "config.yaml");
  test::write_text(folder_ / "run/config.yaml", yaml + "\npatch_sharpness: 3\n");
  EXPECT_ERROR(resume_pretraining(folder_ / "run", std::nullopt, quiet_), ErrorCode::kBadArgument,
               "patch_sharpness");
  auto changed = yaml;
  changed.replace(changed.find("weight_decay: 0.05"), 18, "weight_decay: 0.06");
  test::write_text(folder_ / "run/config.yaml", changed);
  EXPECT_ERROR(resume_pretraining(folder_ / "run", std::nullopt, quiet_), ErrorCode::kBadModelConfig,
               "other settings");
  test::write_text(folder_ / "run/config.yaml", yaml);
  const auto state = file("run", "checkpoint.safetensors");
  test::write_text(folder_ / "run/checkpoint.safetensors", state.substr(0, state.size() - 5));
  EXPECT_ERROR(resume_pretraining(folder_ / "run", std::nullopt, quiet_), ErrorCode::kTruncatedArchive,
               "checkpoint");
}

}  // namespace

namespace train {
namespace {

PretrainConfig tiny(const std::vector<std::string>& changes = {}) {
  return parse_pretrain_config(test::tiny_pretraining(), "tiny.yaml", changes);
}

TEST(PretrainConfig, SurvivesItsOwnYaml) {
  const auto config = tiny({"phases.scenes.rate=1e-3", "seed=7", "name=mine"});
  EXPECT_EQ(config.phases[1].rate, 1e-3);
  EXPECT_EQ(config.name, "mine");
  EXPECT_EQ(to_yaml(parse_pretrain_config(to_yaml(config), "again")), to_yaml(config));
  EXPECT_EQ(identity_of(config),
            identity_of(tiny({"phases.scenes.rate=1e-3", "seed=7", "threads=2", "train.log_every=9"})));
  EXPECT_NE(identity_of(config), identity_of(tiny({"seed=7"})));
}

TEST(PretrainConfig, NamesWhatIsWrong) {
  const std::pair<const char*, const char*> wrong[] = {
      {"phases.scene.iterations=3", "did you mean scenes"},
      {"model.widht=128", "did you mean width"},
      {"model.width=30", "no multiple of 4"},
      {"model.heads=3", "should divide"},
      {"phases.objects.batch=1", "'batch'"},
      {"phases.objects.captions=words", "'captions'"},
      {"phases.objects.size=36", "no multiple of the patch"},
      {"phases.objects.size=8", "'size'"},
      {"phases.scenes.max_objects=0", "'max_objects'"},
      {"train.evaluate_scenes=0", "'evaluate_scenes'"},
      {"phases={objects: {iterations: 0}, scenes: {iterations: 0}, crowds: {iterations: 0}}",
       "all phases have 0 iterations"}};
  for (const auto& [change, message] : wrong) {
    EXPECT_ERROR(tiny({change}), ErrorCode::kBadArgument, message);
  }
}

TEST(PretrainConfig, RatesWarmUpAndFallInEveryPhase) {
  const auto config = tiny({"phases.objects.iterations=10", "phases.scenes.iterations=0",
                            "phases.crowds.rate=1e-4", "optimizer.warmup_iterations=3"});
  EXPECT_EQ(config.iterations(), 12);
  EXPECT_NEAR(pretrain_rate(config, 0), 8e-4 / 4, 1e-12);
  EXPECT_NEAR(pretrain_rate(config, 5), 8e-4 / 2, 1e-12);
  EXPECT_LT(pretrain_rate(config, 9), 3e-5);
  EXPECT_EQ(place_of(config, 10).phase->name, "crowds");
  EXPECT_NEAR(pretrain_rate(config, 10), 1e-4 / 4, 1e-12);
}

class PretrainerTest : public testing::Test {
 protected:
  PretrainerTest() {
    config_.clip.text.vocab = 600;
    towers_ = std::make_unique<PretrainTowers>(config_.clip, 0);
  }

  static PretrainBatch batch() {
    PretrainBatch batch;
    batch.images = torch::linspace(-2, 2, 4 * 3 * 32 * 32).sin().reshape({4, 3, 32, 32});
    batch.tokens = torch::tensor({{598, 3, 9, 599}, {598, 4, 599, 0}, {598, 5, 8, 599}, {598, 6, 599, 0}});
    batch.excluded = torch::zeros({4, 4}, torch::kBool);
    return batch;
  }

  PretrainConfig config_ = tiny({"phases.objects.iterations=100", "optimizer.warmup_iterations=0"});
  std::unique_ptr<PretrainTowers> towers_;
};

TEST_F(PretrainerTest, LearnsABatchByHeart) {
  Pretrainer trainer(*towers_, config_);
  const double before = trainer.step(0, batch()).loss;
  for (int i = 1; i < 60; ++i) trainer.step(i, batch());
  const double after = trainer.step(60, batch()).loss;
  EXPECT_NEAR(before, std::log(4), 0.7);
  EXPECT_LT(after, 0.2 * before);
}

TEST_F(PretrainerTest, ThePatchTermIsWeightedAndAdded) {
  const auto patches_at = [&](double weight) {
    auto config = config_;
    config.phases[2].patch_weight = weight;
    PretrainTowers towers(config.clip, 0);
    Pretrainer trainer(towers, config);
    const auto step = trainer.step(config.iterations() - 1, batch());
    EXPECT_EQ(step.parts.at(1).first, "patches");
    EXPECT_NEAR(step.loss, step.parts.at(0).second + step.parts.at(1).second, 1e-6);
    return step.parts.at(1).second;
  };
  EXPECT_NEAR(patches_at(0.5), 0.5 * patches_at(1), 1e-5);
  EXPECT_EQ(Pretrainer(*towers_, config_).step(0, batch()).parts.size(), 1u);
}

TEST_F(PretrainerTest, TheTemperatureStaysInItsRange) {
  Pretrainer trainer(*towers_, config_);
  for (const double start : {20.0, -3.0}) {
    towers_->parameters().at("logit_scale").detach().fill_(start);
    trainer.step(0, batch());
    const double temperature = towers_->temperature().item<double>();
    EXPECT_GE(temperature, 1);
    EXPECT_LE(temperature, kMostTemperature * (1 + 1e-6));
  }
}

TEST_F(PretrainerTest, OnlyMatricesDecay) {
  Pretrainer trainer(*towers_, config_);
  for (const auto& group : trainer.groups()) {
    for (const auto& [name, value] : group.parameters) {
      const bool position = name.find("positional_embedding") != std::string::npos;
      EXPECT_EQ(group.name == "matrices", value.dim() >= 2 && !position) << name;
    }
  }
  EXPECT_EQ(trainer.groups().front().parameters.size() + trainer.groups().back().parameters.size(),
            towers_->parameters().size());
}

TEST_F(PretrainerTest, ALossThatIsNoNumberChangesNothing) {
  Pretrainer trainer(*towers_, config_);
  auto bad = batch();
  bad.images[0][0][0][0] = std::numeric_limits<float>::quiet_NaN();
  const auto before = towers_->parameters().at("visual.proj").detach().clone();
  EXPECT_ERROR(trainer.step(0, bad), ErrorCode::kDiverged, "iteration 1");
  EXPECT_TRUE(torch::equal(before, towers_->parameters().at("visual.proj")));
}

}  // namespace
}  // namespace train
}  // namespace relprompt
