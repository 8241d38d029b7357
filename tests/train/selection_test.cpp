// Which checkpoint of a run is its best, by the rules that look at the test set, and self-training that
// starts its schedule again: whole runs on toy images.
#include <algorithm>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/training.h"

#include "test_support.h"
#include "toy_run.h"

namespace relprompt {
namespace {

using nlohmann::json;

/// Asks to stop in the first iteration; the first question comes before it, others in evaluations.
class OneStep : public RunListener {
 public:
  void on_step(const TrainingStep&) override { done_ = true; }
  bool stop_requested() override { return asked_++ > 0 && !done_; }

 private:
  int asked_ = 0;
  bool done_ = false;
};

class Selection : public testing::Test {
 protected:
  Selection() {
    test::write_toy_set(folder_ / "set", 10, 3);
    test::write_toy_clip(folder_ / "clip");
    test::write_text(folder_ / "toy.yaml", test::toy_config());
  }

  RunSettings settings(const std::string& output, const std::vector<std::string>& changes) const {
    RunSettings all;
    all.config = folder_ / "toy.yaml";
    all.model = folder_ / "clip";
    all.data = folder_ / "set";
    all.output = folder_ / output;
    all.changes = changes;
    return all;
  }

  json parsed(const std::string& file) const { return json::parse(test::read_text(folder_ / file)); }

  std::vector<json> events(const std::string& run, const std::string& kind) const {
    std::vector<json> found;
    std::istringstream lines(test::read_text(folder_ / run / "log.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      auto event = json::parse(line);
      if (event["event"] == kind) found.push_back(std::move(event));
    }
    return found;
  }

  std::string prompts(const std::string& run, const std::string& model = "last") const {
    return test::read_text(folder_ / run / model / "prompts.safetensors");
  }

  test::TemporaryFolder folder_;
  RunListener quiet_;
};

TEST_F(Selection, ByTheUnseenClassesOrByTheHarmonicMean) {
  for (const auto& [rule, score] :
       {std::pair{"validation_unseen", "hiou"}, std::pair{"validation_unseen_miou", "miou_unseen"}}) {
    train_prompts(
        settings(rule, {"protocol=inductive", "data.unseen=[blue]", "data.held_out=0",
                        "train.evaluate_every=1", "train.iterations=4", std::string("train.best=") + rule}),
        quiet_);
    const auto result = parsed(std::string(rule) + "/result.json");
    const auto evaluations = events(rule, "evaluation");
    ASSERT_EQ(evaluations.size(), 4u);
    double most = -1;
    int iteration = 0;
    for (const auto& event : evaluations) {
      if (event["scores"][score].is_null() || event["scores"][score] <= most) continue;
      most = event["scores"][score];
      iteration = event["iteration"];
    }
    EXPECT_DOUBLE_EQ(result["best_score"], most) << rule;
    EXPECT_EQ(result["best_iteration"], iteration) << rule;
  }
  EXPECT_EQ(parsed("validation_unseen/result.json")["best_rule"], "hIoU on the test set");
  EXPECT_EQ(parsed("validation_unseen_miou/result.json")["best_rule"],
            "mIoU of unseen classes on the test set");
}

TEST_F(Selection, ASupervisedRunThatNamesUnseenClassesScoresThemApart) {
  train_prompts(settings("run", {"data.unseen=[blue]", "data.held_out=0", "train.iterations=2",
                                 "train.best=validation_unseen_miou"}),
                quiet_);
  const auto report = parsed("run/report/report.json");
  EXPECT_EQ(report["protocol"]["setting"], "supervised");
  EXPECT_EQ(report["protocol"]["unseen"], json::array({"blue"}));
  EXPECT_TRUE(report["protocol"]["calibration"].is_null());
  EXPECT_TRUE(report["headline"]["miou_unseen"].is_number());
}

const std::vector<std::string> kRestart = {"protocol=transductive",      "data.unseen=[blue]",
                                           "self_training.restart=true", "train.iterations=6",
                                           "train.evaluate_every=1",     "train.warmup_iterations=2"};

TEST_F(Selection, SelfTrainingThatStartsAgainGoesThroughItsScheduleTwice) {
  train_prompts(settings("run", kRestart), quiet_);
  std::vector<double> rates;
  for (const auto& event : events("run", "step")) rates.push_back(event["rates"].back());
  ASSERT_EQ(rates.size(), 6u);
  EXPECT_DOUBLE_EQ(rates[3], rates[0]) << "the first step of the warm-up";
  EXPECT_LT(rates[4], rates[1]) << "a decay over 3 iterations and not 6";
  EXPECT_LT(rates[3], rates[4]);
  // A half-trained model is where self-training starts and no result of it.
  EXPECT_GT(parsed("run/result.json")["best_iteration"], 3);
  for (const auto& event : events("run", "evaluation")) {
    if (event["iteration"] <= 3) {
      EXPECT_FALSE(event["best"]);
    }
  }
}

TEST_F(Selection, SelfTrainingThatStartsAgainResumesWithTheSameBits) {
  train_prompts(settings("steady", kRestart), quiet_);
  OneStep first;
  auto outcome = train_prompts(settings("halting", kRestart), first);
  int pieces = 1;
  for (; !outcome.finished && pieces < 20; ++pieces) {
    OneStep next;
    outcome = resume_training(folder_ / "halting", ResumeOptions(), next);
  }
  EXPECT_EQ(pieces, 6);
  EXPECT_EQ(prompts("halting"), prompts("steady"));
  EXPECT_EQ(prompts("halting", "best"), prompts("steady", "best"));
  auto moments_go_on = kRestart;
  moments_go_on[2] = "self_training.restart=false";
  train_prompts(settings("plain", moments_go_on), quiet_);
  EXPECT_NE(prompts("plain"), prompts("steady"));
}

}  // namespace
}  // namespace relprompt
