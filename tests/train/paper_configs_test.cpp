// configs/paper/*-official.yaml: the settings of the authors' released runs, which stand here as numbers read
// from their code and log, and a short run of each on a few small images in its data set's layout.
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "relprompt/training.h"

#include "base/random.h"
#include "config/run_config.h"
#include "image/image_files.h"
#include "image/label_files.h"
#include "test_support.h"
#include "text/templates.h"
#include "toy_run.h"
#include "train/schedule.h"
#include "train/self_training.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

using eval::Setting;

/// What differs between the released runs.
struct Released {
  const char* name;  ///< of the config, without -official.yaml
  const char* kind;
  Setting setting;
  std::int64_t tokens, iterations, evaluate_every;
};

constexpr Released kReleased[] = {
    {"voc-zero-shot", "voc-20", Setting::kInductive, 10, 20000, 1000},
    {"voc-zero-shot-transductive", "voc-20", Setting::kTransductive, 10, 20000, 1000},
    {"voc-supervised", "voc-20", Setting::kSupervised, 10, 20000, 1000},
    {"coco-zero-shot", "coco-stuff-171", Setting::kInductive, 100, 80000, 0},
    {"coco-zero-shot-transductive", "coco-stuff-171", Setting::kTransductive, 100, 80000, 0},
    {"coco-supervised", "coco-stuff-171", Setting::kSupervised, 100, 80000, 0},
};

fs::path file_of(const Released& run) {
  return fs::path(RELPROMPT_SOURCE_DIR) / "configs/paper" / (std::string(run.name) + "-official.yaml");
}

class PaperConfig : public testing::TestWithParam<Released> {
 protected:
  bool is_voc() const { return std::string(GetParam().kind) == "voc-20"; }
  config::RunConfig config() const { return config::read_run_config(file_of(GetParam())); }
};

TEST_P(PaperConfig, IsTheReleasedNetworkAndData) {
  const auto config = this->config();
  EXPECT_EQ(config.setting, GetParam().setting);
  EXPECT_EQ(config.model.rpm.variant, model::Variant::kOfficial);
  EXPECT_FALSE(config.model.rpm.use_m2oe);
  EXPECT_TRUE(config.model.lpm.second_text_linear);
  EXPECT_EQ(config.model.rpm.visual_prompt_tokens, GetParam().tokens);
  EXPECT_EQ(config.model.rpm.knowledge_grid, 32);
  EXPECT_EQ(config.normalisation, "imagenet");
  EXPECT_EQ(config.text.templates, is_voc() ? text::single_template() : text::paper_templates());
  EXPECT_EQ(text::single_template(), std::vector<std::string>{"a photo of a {}"});
  EXPECT_EQ(text::paper_templates().size(), 15u);
  ASSERT_TRUE(config.data.train && config.data.test);
  for (const auto* part : {&*config.data.train, &*config.data.test}) {
    EXPECT_EQ(part->kind, GetParam().kind);
    EXPECT_EQ(part->masks, is_voc() ? "SegmentationClassAug" : "");
  }
  EXPECT_EQ(config.data.train->split, is_voc() ? "train_aug" : "train");
  EXPECT_EQ(config.data.test->split, "val");
  EXPECT_EQ(config.data.held_out, 0);
  // The same classes are unseen, whether the config names them or the data set does.
  const auto classes = vocabulary(GetParam().kind).classes;
  EXPECT_EQ(config::with_split(classes, config.data).seen, classes.seen);
  EXPECT_EQ(config.data.unseen.has_value(), GetParam().setting == Setting::kSupervised);
}

TEST_P(PaperConfig, IsTheReleasedTraining) {
  const auto config = this->config();
  EXPECT_EQ(config.train.batch, 8u) << "two GPUs with 4 images each";
  EXPECT_EQ(config.train.schedule.iterations, GetParam().iterations);
  EXPECT_EQ(config.train.schedule.warmup_iterations, 1500);
  EXPECT_EQ(config.train.schedule.warmup_ratio, 1e-6);
  EXPECT_EQ(config.train.schedule.power, 0.9);
  EXPECT_EQ(config.train.schedule.minimum, 1e-6);
  EXPECT_EQ(config.optimizer.rate, 2e-4);
  EXPECT_EQ(config.optimizer.knowledge_rate, 2e-5);
  EXPECT_EQ(config.optimizer.weight_decay, 0.01);
  EXPECT_EQ(config.train.clip_gradient, 0);
  EXPECT_EQ(config.loss.kind, model::LossKind::kSigmoid);
  EXPECT_EQ(config.loss.sigmoid.focal_weight, 100);
  EXPECT_EQ(config.loss.sigmoid.dice_weight, 1);
  EXPECT_EQ(config.loss.sigmoid.alpha, 0.25);
  EXPECT_EQ(config.loss.sigmoid.gamma, 2);
  EXPECT_EQ(config.loss.sigmoid.dice, model::Dice::kPlain);
  EXPECT_EQ(config.augment.long_side, 2048);
  EXPECT_EQ(config.augment.short_side, 512);
  EXPECT_EQ(config.augment.min_ratio, 0.5);
  EXPECT_EQ(config.augment.max_ratio, 2.0);
  EXPECT_EQ(config.augment.crop, 512);
  EXPECT_EQ(config.augment.cat_max_ratio, 0.75);
  EXPECT_EQ(config.augment.flip, 0.5);
  EXPECT_TRUE(config.augment.distort);
  EXPECT_EQ(config.train.precision, "fp32");
}

TEST_P(PaperConfig, IsTheReleasedEvaluation) {
  const auto config = this->config();
  EXPECT_EQ(config.train.best, config::BestRule::kValidationUnseenMiou);
  EXPECT_EQ(config.train.evaluate_every, GetParam().evaluate_every);
  EXPECT_EQ(config.train.evaluate_samples, 0u) << "all 1449 images of VOC";
  EXPECT_EQ(config.test.short_side, 512);
  EXPECT_EQ(config.test.window, 512);
  EXPECT_EQ(config.test.stride, 426);
  if (GetParam().setting == Setting::kInductive) {
    EXPECT_EQ(config.test.calibration, 0.1);
  }
  if (GetParam().setting != Setting::kTransductive) return;
  EXPECT_EQ(config.test.calibration, 0) << "ZegCLIP's self-training has none";
  EXPECT_TRUE(config.self_training.restart);
  EXPECT_FALSE(config.self_training.background);
  EXPECT_EQ(config.self_training.threshold, 0);
  EXPECT_EQ(self_training_begin(config), GetParam().iterations / 2);
}

TEST_P(PaperConfig, HasTheLoggedLearningRates) {
  const auto config = this->config();
  if (!is_voc() || GetParam().setting == Setting::kTransductive) return;
  // Of the knowledge group; a log's "iteration i" is the update after i - 1 others.
  const std::pair<int, double> logged[] = {
      {50, 6.520e-7}, {100, 1.314e-6}, {10000, 1.118e-5}, {20000, 1.003e-6}};
  for (const auto& [shown, rate] : logged) {
    EXPECT_NEAR(learning_rate(config.optimizer.knowledge_rate, shown - 1, config.train.schedule), rate,
                1e-3 * rate);
  }
}

/// An image of noise and a mask of stripes that hold these stored values in turn, below a row of ignored
/// pixels.
void write_pair(const fs::path& image, const fs::path& mask, int number,
                const std::vector<std::uint16_t>& stored) {
  constexpr int kHeight = 48, kWidth = 72, kStripe = 16;
  SplitMix64 random(static_cast<std::uint64_t>(number));
  Image pixels{kHeight, kWidth, std::vector<std::uint8_t>(kHeight * kWidth * 3)};
  for (auto& value : pixels.rgb) value = static_cast<std::uint8_t>(random.next() % 256);
  LabelMap labels{kHeight, kWidth, std::vector<std::uint16_t>(kHeight * kWidth, LabelMap::kUnknown)};
  for (int at = kWidth; at < kHeight * kWidth; ++at) {
    labels.labels[static_cast<std::size_t>(at)] =
        stored[static_cast<std::size_t>(number + at % kWidth / kStripe) % stored.size()];
  }
  image::write_jpg(image, pixels);
  image::write_labels_png(mask, labels, 255);
}

constexpr int kTraining = 9, kImages = 12;

/// VOC2012/ with its augmented masks: background, two seen and three unseen classes.
void write_voc(const fs::path& root) {
  std::string lists[2];
  for (int i = 0; i < kImages; ++i) {
    const auto name = "2007_" + std::to_string(100 + i);
    write_pair(root / "VOC2012/JPEGImages" / (name + ".jpg"),
               root / "VOC2012/SegmentationClassAug" / (name + ".png"), i, {0, 1, 16, 2, 18, 20});
    lists[i < kTraining ? 0 : 1] += name + "\n";
  }
  test::write_text(root / "VOC2012/ImageSets/Segmentation/train_aug.txt", lists[0]);
  test::write_text(root / "VOC2012/ImageSets/Segmentation/val.txt", lists[1]);
}

/// Three seen and three unseen classes.
void write_coco(const fs::path& root) {
  for (int i = 0; i < kImages; ++i) {
    const std::string part = i < kTraining ? "train2017" : "val2017", name = std::to_string(100000 + i);
    write_pair(root / "images" / part / (name + ".jpg"),
               root / "annotations" / part / (name + "_labelTrainIds.png"), i, {0, 19, 5, 94, 133, 170});
  }
}

/// A run with this config on few and small images.
RunSettings small_run(const Released& run, const fs::path& folder, const std::string& output) {
  RunSettings settings;
  settings.config = file_of(run);
  settings.model = folder / "clip";
  settings.data = folder / "set";
  settings.output = folder / output;
  settings.changes = {"train.iterations=20",    "train.warmup_iterations=4",
                      "augment.long_side=128",  "augment.short_side=64",
                      "augment.crop=64",        "test.short_side=64",
                      "test.window=64",         "test.stride=53",
                      "model.knowledge_grid=4", "model.visual_prompt_tokens=3",
                      "train.sheet_samples=1",  "threads=1"};
  if (run.evaluate_every > 0) settings.changes.emplace_back("train.evaluate_every=5");
  return settings;
}

TEST_P(PaperConfig, RunsOnASmallSetOfItsLayout) {
  const test::TemporaryFolder folder;
  is_voc() ? write_voc(folder / "set") : write_coco(folder / "set");
  test::write_toy_clip(folder / "clip");
  RunListener quiet;
  EXPECT_TRUE(train_prompts(small_run(GetParam(), folder.path(), "run"), quiet).finished);
  const auto report = nlohmann::json::parse(test::read_text(folder / "run/report/report.json"));
  EXPECT_EQ(report["images"], kImages - kTraining);
  EXPECT_EQ(report["protocol"]["setting"], name_of(eval::kSettingWords, GetParam().setting));
  EXPECT_EQ(report["protocol"]["unseen"].size(), is_voc() ? 5u : 15u);
  const auto result = nlohmann::json::parse(test::read_text(folder / "run/result.json"));
  EXPECT_EQ(result["iterations"], 20);
  EXPECT_EQ(result["best_rule"], "mIoU of unseen classes on the test set");
  EXPECT_TRUE(fs::exists(folder / "run/best/prompts.safetensors"));
}

TEST(SelfTraining, ReachesTheBackgroundOfVocOnlyWhereAsked) {
  const test::TemporaryFolder folder;
  write_voc(folder / "set");
  test::write_toy_clip(folder / "clip");
  RunListener quiet;
  for (const auto* background : {"true", "false"}) {
    auto settings = small_run(kReleased[1], folder.path(), background);
    settings.changes.emplace_back("train.iterations=4");
    settings.changes.emplace_back("train.warmup_iterations=0");
    settings.changes.emplace_back(std::string("self_training.background=") + background);
    EXPECT_TRUE(train_prompts(settings, quiet).finished);
  }
  EXPECT_NE(test::read_text(folder / "true/last/prompts.safetensors"),
            test::read_text(folder / "false/last/prompts.safetensors"));
}

INSTANTIATE_TEST_SUITE_P(Released, PaperConfig, testing::ValuesIn(kReleased), [](const auto& run) {
  std::string name = run.param.name;
  for (char& letter : name) letter = letter == '-' ? '_' : letter;
  return name;
});

}  // namespace
}  // namespace relprompt::train
