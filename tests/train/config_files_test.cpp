// The configs that the project brings: each one parses, names data sets and splits that exist, and trains
// what its name says.
#include <algorithm>
#include <map>
#include <set>

#include "config/run_config.h"
#include "test_support.h"
#include "text/templates.h"
#include "train/pretrain_config.h"
#include "world/names.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

using eval::Setting;
using Names = std::vector<std::string>;

std::map<std::string, config::RunConfig> all_configs() {
  std::map<std::string, config::RunConfig> configs;
  for (const auto& entry : fs::directory_iterator(fs::path(RELPROMPT_SOURCE_DIR) / "configs")) {
    const auto name = entry.path().stem();
    if (entry.is_directory()) continue;  // training-free: tests/config; paper: paper_configs_test.cpp
    if (name == "world-clip" || name == "world-large-clip" || name == "world-methods" ||
        name == "world-tables" || name == "world-token-clip")
      continue;  // others
    configs.emplace(entry.path().stem().string(), config::read_run_config(entry.path()));
  }
  return configs;
}

const config::RunConfig& config_of(std::string_view name) {
  static const auto configs = all_configs();
  return configs.at(std::string(name));
}

/// Titles of the unseen classes that a run with this config would have.
Names unseen_of(const config::RunConfig& config) {
  const std::string kind = config.data.train->kind;
  const ClassList split = config::with_split(vocabulary(kind).classes, config.data);
  Names unseen;
  for (std::size_t label = 0; label < split.seen.size(); ++label) {
    if (!split.seen[label]) unseen.push_back(split.title(label));
  }
  std::sort(unseen.begin(), unseen.end());
  return unseen;
}

TEST(ConfigFiles, AllParseAndNameKnownSets) {
  const std::set<std::string> splits = {"train", "val", "train_aug"};
  std::set<std::string> kinds;
  for (const auto& kind : data::dataset_kinds()) kinds.insert(kind.name);
  const auto configs = all_configs();
  EXPECT_EQ(configs.size(), 18u);
  for (const auto& [name, config] : configs) {
    EXPECT_EQ(config.name, name);
    EXPECT_TRUE(config.data.train || config.data.test) << name;
    for (const auto& part : {config.data.train, config.data.test}) {
      if (!part) continue;
      EXPECT_TRUE(kinds.count(part->kind)) << name;
      EXPECT_TRUE(splits.count(part->split)) << name;
      EXPECT_EQ(part->split == "train_aug", part->kind == "voc-20" && part->split != "val") << name;
      EXPECT_TRUE(part->root.empty()) << name << ": a shared config knows nobody's folders";
    }
    if (config.data.train && config.data.test) {
      EXPECT_EQ(config.data.train->kind, config.data.test->kind) << name;
      EXPECT_NE(config.data.train->split, config.data.test->split) << name;
    }
    EXPECT_TRUE(config.paths.clip.empty() && config.paths.data.empty()) << name;
    EXPECT_EQ(to_yaml(config::parse_run_config(to_yaml(config), "again")), to_yaml(config)) << name;
  }
}

TEST(ConfigFiles, UnseenClassesAreThoseOfThePapers) {
  const std::map<std::string, Names> expected = {
      {"voc", {"pottedplant", "sheep", "sofa", "train", "tvmonitor"}},
      {"coco-stuff",
       {"cardboard", "carrot", "clouds", "cow", "frisbee", "giraffe", "grass", "playingfield", "river",
        "road", "scissors", "skateboard", "suitcase", "tree", "wall-concrete"}},
      {"context",
       {"aeroplane", "bird", "boat", "cat", "cow", "fence", "keyboard", "motorbike", "sofa", "tvmonitor"}}};
  for (const auto& [set, unseen] : expected) {
    EXPECT_EQ(unseen_of(config_of(set + "-zero-shot")), unseen) << set;
    EXPECT_EQ(unseen_of(config_of(set + "-zero-shot-transductive")), unseen) << set;
    EXPECT_TRUE(unseen_of(config_of(set + "-supervised")).empty()) << set;
    EXPECT_EQ(config_of(set + "-zero-shot").setting, Setting::kInductive);
    EXPECT_EQ(config_of(set + "-zero-shot-transductive").setting, Setting::kTransductive);
    EXPECT_EQ(config_of(set + "-supervised").setting, Setting::kSupervised);
  }
  // The same classes by their labels, as design tables give them.
  const std::set<std::size_t> labels = {19, 23, 28, 29, 36, 51, 76, 88, 94, 112, 133, 136, 137, 157, 160};
  const ClassList coco =
      config::with_split(vocabulary("coco-stuff-171").classes, config_of("coco-stuff-zero-shot").data);
  for (std::size_t label = 0; label < coco.size(); ++label)
    EXPECT_NE(coco.seen[label], labels.count(label) > 0) << label;
}

TEST(ConfigFiles, TrainAsThePaperDoes) {
  const std::map<std::string, std::int64_t> iterations = {
      {"voc", 20000}, {"coco-stuff", 80000}, {"context", 40000}};
  std::map<std::string, std::int64_t> runs = {{"open-vocabulary", 80000}};
  for (const auto& [set, count] : iterations) {
    for (const char* ending : {"-zero-shot", "-zero-shot-transductive", "-supervised"})
      runs[set + ending] = count;
  }
  for (const auto& [name, count] : runs) {
    const config::RunConfig& config = config_of(name);
    EXPECT_EQ(config.train.schedule.iterations, count) << name;
    EXPECT_EQ(config.train.schedule.warmup_iterations, 1500) << name;
    EXPECT_EQ(config.train.schedule.minimum, 1e-6) << name;
    EXPECT_EQ(config.train.batch, 16u) << name;
    EXPECT_EQ(config.optimizer.knowledge_rate, 2e-5) << name;
    EXPECT_EQ(config.optimizer.rate, 2e-4) << name;
    EXPECT_EQ(config.optimizer.weight_decay, 0.01) << name;
    EXPECT_EQ(config.augment.crop, 512) << name;
    EXPECT_EQ(config.text.templates, text::paper_templates()) << name;
    EXPECT_EQ(config.train.best, config::BestRule::kHeldOutSeen) << name;
    EXPECT_EQ(config.model.rpm.variant, model::Variant::kPaper) << name;
  }
  EXPECT_EQ(config_of("open-vocabulary").setting, Setting::kOpenVocabulary);
  EXPECT_EQ(config_of("open-vocabulary").data.train->kind, "coco-stuff-171");
  EXPECT_TRUE(unseen_of(config_of("open-vocabulary")).empty());
}

TEST(ConfigFiles, OpenVocabularyTestsOnlyTest) {
  for (const char* name : {"voc-20", "context-59", "context-459", "ade-150", "ade-847"}) {
    const config::RunConfig& config = config_of(name);
    EXPECT_EQ(config.setting, Setting::kOpenVocabulary) << name;
    EXPECT_FALSE(config.data.train) << name;
    EXPECT_EQ(config.data.test->kind, name);
    EXPECT_EQ(config.data.test->split, "val") << name;
    EXPECT_EQ(config.test.window, 512) << name;
    EXPECT_EQ(config.test.stride, 426) << name;
    EXPECT_EQ(config.text.templates, text::paper_templates()) << name;
    EXPECT_EQ(config.test.average, eval::Average::kPresent) << name;
  }
}

TEST(ConfigFiles, WorldClipHasTheDefaultModelAndAllPhases) {
  const auto config = read_pretrain_config(fs::path(RELPROMPT_SOURCE_DIR) / "configs/world-clip.yaml");
  EXPECT_EQ(config.name, "world-clip");
  EXPECT_EQ(config.clip.vision.image_size(), 64);
  for (const auto& phase : config.phases) EXPECT_GT(phase.iterations, 0) << phase.name;
  EXPECT_GT(config.phases.back().patch_weight, 0);
  EXPECT_EQ(config.threads, 0) << "a shared config leaves the threads to the machine";
}

TEST(ConfigFiles, WorldSplitsAsTheWorldDoes) {
  const config::RunConfig& config = config_of("world-zero-shot");
  EXPECT_EQ(config.setting, Setting::kInductive);
  const auto classes = config::with_split(world::class_list("none"), config.data);
  EXPECT_EQ(classes.seen, world::class_list().seen);
  // Both would give objects the look of another name.
  EXPECT_EQ(config.augment.flip, 0);
  EXPECT_FALSE(config.augment.distort);
}

TEST(ConfigFiles, CamVidOpensAndSplits) {
  RELPROMPT_REQUIRE_SHARED(shared);
  for (const char* name : {"camvid", "camvid-zero-shot"}) {
    const config::RunConfig& config = config_of(name);
    for (auto part : {config.data.train, config.data.test}) {
      part->root = shared / "camvid";
      const auto set = data::open_dataset(*part);
      const ClassList classes = config::with_split(set->classes(), config.data);
      const auto unseen = std::count(classes.seen.begin(), classes.seen.end(), false);
      EXPECT_EQ(unseen, config.setting == Setting::kInductive ? 3 : 0) << name;
    }
  }
}

}  // namespace
}  // namespace relprompt::train
