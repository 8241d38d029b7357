// The protocol in words and as JSON: every setting that changes a score shows in both.
#include "eval/protocol.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eval/run_identity.h"
#include "label_maker.h"

namespace relprompt::eval {
namespace {

using testing::HasSubstr;
using testing::Not;

ProtocolStatement example() {
  ProtocolStatement protocol;
  protocol.data_set = "VOC-20";
  protocol.split = "val";
  protocol.setting = Setting::kInductive;
  protocol.trained_on = "VOC train_aug (10582 images)";
  protocol.seen = {"aeroplane", "bicycle"};
  protocol.unseen = {"sofa"};
  protocol.ignore = "0 or 255";
  protocol.model = "ViT-B-16, paper variant";
  protocol.model_hash = std::string(64, 'a');
  protocol.checkpoint = CheckpointRule::kLast;
  protocol.iterations = 20000;
  protocol.calibration = 0.1;
  protocol.templates = {"a photo of a {}"};
  protocol.short_side = protocol.window = 512;
  protocol.stride = 426;
  protocol.normalisation = "ImageNet";
  return protocol;
}

TEST(Protocol, InWords) {
  EXPECT_EQ(
      statement_of(example()),
      "Measured on VOC-20, split val; zero-shot, inductive (pixels of unseen classes were ignored in "
      "training), "
      "trained on VOC train_aug (10582 images). 2 seen classes (aeroplane, bicycle) and 1 unseen class "
      "(sofa). "
      "Model: ViT-B-16, paper variant, SHA-256 aaaaaaaaaaaaaaaa; the last checkpoint of its run (iteration "
      "20000). Shorter side resized to 512, windows of 512 with stride 426, ImageNet normalisation, fp32. "
      "One "
      "template, \"a photo of a {}\"; several names are averaged. Calibration: 0.1 subtracted from the "
      "probability of seen classes; every pixel gets a class; pixels labelled 0 or 255 are not counted. "
      "Intersections and unions are summed over the set; headline scores are the mean over names present in "
      "ground truth.");
}

TEST(Protocol, SaysWhatWasNotDoneToo) {
  const std::string words = statement_of({});
  for (const char* part : {"an unnamed set", "training-free", "No split into seen and unseen",
                           "Model: unnamed; as given", "Predictions were read, not computed",
                           "Templates not stated", "No calibration", "all pixels are counted"}) {
    EXPECT_THAT(words, HasSubstr(part));
  }
}

TEST(Protocol, CallsASelectionOnTheTestedSetOptimistic) {
  ProtocolStatement protocol = example();
  protocol.checkpoint = CheckpointRule::kBest;
  protocol.checkpoint_score = "mIoU of seen classes on a held-out part";
  EXPECT_THAT(statement_of(protocol),
              HasSubstr("with the best mIoU of seen classes on a held-out part (iteration"));
  EXPECT_THAT(statement_of(protocol), Not(HasSubstr("optimistic")));
  protocol.checkpoint = CheckpointRule::kBestOnTested;
  EXPECT_THAT(statement_of(protocol), HasSubstr("optimistic"));
}

TEST(Protocol, CountsLongLists) {
  ProtocolStatement protocol = example();
  protocol.seen.assign(156, "some");
  EXPECT_THAT(statement_of(protocol), HasSubstr(" 156 seen classes and 1 unseen class (sofa)."));
  EXPECT_EQ(to_json(protocol)["seen"].size(), 156u);
}

TEST(Protocol, TakesItsSplitFromTheClassList) {
  ProtocolStatement protocol = example();
  ClassList classes = test::numbered_classes(3);
  classes.seen = {true, false, true};
  set_split(protocol, classes);
  EXPECT_EQ(protocol.seen, (std::vector<std::string>{"class 0", "class 2"}));
  EXPECT_EQ(protocol.unseen, (std::vector<std::string>{"class 1"}));
  set_split(protocol, test::numbered_classes(3));
  EXPECT_TRUE(protocol.seen.empty() && protocol.unseen.empty());
}

// Each changes one field. Words, JSON and the identity of a run must all notice.
TEST(Protocol, EveryFieldShowsInWordsJsonAndIdentity) {
  const std::vector<std::pair<const char*, std::function<void(ProtocolStatement&)>>> changes{
      {"data_set", [](auto& p) { p.data_set = "X"; }},
      {"split", [](auto& p) { p.split = "X"; }},
      {"setting", [](auto& p) { p.setting = Setting::kTrainingFree; }},
      {"setting", [](auto& p) { p.setting = Setting::kSupervised; }},
      {"setting", [](auto& p) { p.setting = Setting::kTransductive; }},
      {"setting", [](auto& p) { p.setting = Setting::kTransductiveKnown; }},
      {"setting", [](auto& p) { p.setting = Setting::kOpenVocabulary; }},
      {"trained_on", [](auto& p) { p.trained_on = "X"; }},
      {"seen", [](auto& p) { p.seen = {"X"}; }},
      {"unseen", [](auto& p) { p.unseen = {"X"}; }},
      {"ignore", [](auto& p) { p.ignore = "65535"; }},
      {"model", [](auto& p) { p.model = "X"; }},
      {"model_hash", [](auto& p) { p.model_hash = "X"; }},
      {"checkpoint", [](auto& p) { p.checkpoint = CheckpointRule::kGiven; }},
      {"checkpoint", [](auto& p) { p.checkpoint = CheckpointRule::kBest; }},
      {"checkpoint", [](auto& p) { p.checkpoint = CheckpointRule::kBestOnTested; }},
      {"iterations", [](auto& p) { p.iterations = 7; }},
      {"calibration", [](auto& p) { p.calibration.reset(); }},
      {"unknown_threshold", [](auto& p) { p.unknown_threshold = 0.5; }},
      {"background", [](auto& p) { p.background = "X"; }},
      {"min_area", [](auto& p) { p.min_area = 0.1; }},
      {"window_mean", [](auto& p) { p.window_mean = "logits"; }},
      {"logit_scale", [](auto& p) { p.logit_scale = 40; }},
      {"refine", [](auto& p) { p.refine = "pamr"; }},
      {"templates", [](auto& p) { p.templates = {"{}"}; }},
      {"templates",
       [](auto& p) {
         p.templates = {"{}", "a {}"};
       }},
      {"max_over_names", [](auto& p) { p.max_over_names = true; }},
      {"short_side", [](auto& p) { p.short_side = 7; }},
      {"window", [](auto& p) { p.window = 7; }},
      {"stride", [](auto& p) { p.stride = 7; }},
      {"scales", [](auto& p) { p.scales = {0.5}; }},
      {"scales",
       [](auto& p) {
         p.scales = {0.5, 1};
       }},
      {"flip", [](auto& p) { p.flip = true; }},
      {"normalisation", [](auto& p) { p.normalisation = "CLIP"; }},
      {"precision", [](auto& p) { p.precision = "bf16"; }},
      {"average", [](auto& p) { p.average = Average::kAll; }}};
  const ClassList classes = test::numbered_classes(3);
  const auto json = to_json(example());
  for (const auto& [field, change] : changes) {
    ProtocolStatement changed = example();
    change(changed);
    EXPECT_NE(statement_of(changed), statement_of(example())) << field;
    EXPECT_NE(to_json(changed)[field], json[field]) << field;
    EXPECT_EQ(to_json(protocol_from_json(to_json(changed), "it")), to_json(changed)) << field;
    EXPECT_EQ(statement_of(protocol_from_json(to_json(changed), "it")), statement_of(changed)) << field;
    const auto difference =
        first_difference(identity_of(changed, classes, {}), identity_of(example(), classes, {}));
    EXPECT_THAT(difference, testing::StartsWith(std::string(field) + " is "));
  }
  // The score is said only where it chose something.
  ProtocolStatement best = example(), other = example();
  best.checkpoint = other.checkpoint = CheckpointRule::kBest;
  other.checkpoint_score = "X";
  EXPECT_NE(statement_of(best), statement_of(other));
  EXPECT_EQ(to_json(other)["checkpoint_score"], "X");
  EXPECT_EQ(json.size(), 29u) << "a new field needs a line above";
}

}  // namespace
}  // namespace relprompt::eval
