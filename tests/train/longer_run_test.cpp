// Runs that begin with trained prompts, and runs that become longer than their config said.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/error.h"
#include "relprompt/training.h"

#include "test_support.h"
#include "toy_run.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LongerRun : public testing::Test {
 protected:
  LongerRun() {
    test::write_toy_set(folder_ / "set", 10, 3);
    test::write_toy_clip(folder_ / "clip");
    test::write_text(folder_ / "toy.yaml", test::toy_config(""));
  }

  RunSettings settings(const std::string& output, std::vector<std::string> changes = {}) const {
    RunSettings all;
    all.config = folder_ / "toy.yaml";
    all.model = folder_ / "clip";
    all.data = folder_ / "set";
    all.output = folder_ / output;
    all.changes = std::move(changes);
    return all;
  }

  RunOutcome extend(const std::string& run, std::int64_t iterations) {
    ResumeOptions options;
    options.iterations = iterations;
    return resume_training(folder_ / run, options, quiet_);
  }

  std::string prompts(const std::string& run) const {
    return test::read_text(folder_ / run / "last/prompts.safetensors");
  }

  test::TemporaryFolder folder_;
  RunListener quiet_;
};

/// Stops after so many iterations.
class Stop : public RunListener {
 public:
  explicit Stop(int iterations) : left_(iterations) {}
  void on_step(const TrainingStep&) override { --left_; }
  bool stop_requested() override { return asked_++ > 0 && left_ == 1; }

 private:
  int left_, asked_ = 0;
};

TEST_F(LongerRun, PromptsOfAModelAreWhereItBegins) {
  train_prompts(settings("first"), quiet_);
  class AtOnce : public RunListener {
   public:
    bool stop_requested() override { return true; }
  } at_once;
  auto tuned = settings("tuned", {"train.iterations=4"});
  tuned.init_from = folder_ / "first/last";
  train_prompts(tuned, at_once);
  EXPECT_EQ(prompts("tuned"), prompts("first")) << "of iteration 0";
  fs::remove(folder_ / "tuned/initial.safetensors");  // as a run that was killed before the copy
  resume_training(folder_ / "tuned", ResumeOptions(), at_once);
  EXPECT_EQ(test::read_text(folder_ / "tuned/initial.safetensors"), prompts("first"));
  fs::remove_all(folder_ / "first");  // the run has its own copy
  EXPECT_TRUE(resume_training(folder_ / "tuned", ResumeOptions(), quiet_).finished);
  EXPECT_NE(prompts("tuned"), test::read_text(folder_ / "tuned/initial.safetensors"));
}

TEST_F(LongerRun, OtherPromptsAreRefusedAndNothingStays) {
  train_prompts(settings("first"), quiet_);
  auto other = settings("other", {"model.method=lpm_only"});
  other.init_from = folder_ / "first/last";
  EXPECT_ERROR(train_prompts(other, quiet_), ErrorCode::kTensorMismatch, "initial.safetensors");
  EXPECT_FALSE(fs::exists(folder_ / "other"));
  other.init_from = folder_ / "clip";
  EXPECT_ERROR(train_prompts(other, quiet_), ErrorCode::kBadArgument, "no model folder with prompts");
  EXPECT_FALSE(fs::exists(folder_ / "other"));
}

TEST_F(LongerRun, FinishedRunGoesOn) {
  train_prompts(settings("run"), quiet_);
  const auto outcome = extend("run", 12);
  EXPECT_TRUE(outcome.finished);
  EXPECT_TRUE(outcome.changed);
  const auto result = nlohmann::json::parse(test::read_text(folder_ / "run/result.json"));
  EXPECT_EQ(result["iterations"], 12);
  EXPECT_THAT(test::read_text(folder_ / "run/config.yaml"), HasSubstr("extended_from: [8]"));
  EXPECT_FALSE(resume_training(folder_ / "run", ResumeOptions(), quiet_).changed);
}

TEST_F(LongerRun, InterruptedAfterTheExtensionEndsTheSame) {
  for (const char* run : {"steady", "halting"}) train_prompts(settings(run), quiet_);
  extend("steady", 12);
  Stop soon(2);
  ResumeOptions options;
  options.iterations = 12;
  EXPECT_FALSE(resume_training(folder_ / "halting", options, soon).finished);
  EXPECT_TRUE(resume_training(folder_ / "halting", ResumeOptions(), quiet_).finished);
  EXPECT_EQ(prompts("halting"), prompts("steady"));
}

TEST_F(LongerRun, CheckpointAndResultFromBeforeTheExtensionAreAccepted) {
  train_prompts(settings("run"), quiet_);
  class AtOnce : public RunListener {
   public:
    bool stop_requested() override { return true; }
  } at_once;
  test::write_text(folder_ / "checkpoint", test::read_text(folder_ / "run/checkpoint.safetensors"));
  ResumeOptions options;
  options.iterations = 12;
  EXPECT_FALSE(resume_training(folder_ / "run", options, at_once).finished);
  fs::copy_file(folder_ / "checkpoint", folder_ / "run/checkpoint.safetensors",
                fs::copy_options::overwrite_existing);
  EXPECT_TRUE(resume_training(folder_ / "run", ResumeOptions(), quiet_).finished);
}

TEST_F(LongerRun, OnlyLongerAndOnlyWithoutSelfTraining) {
  train_prompts(settings("run"), quiet_);
  EXPECT_ERROR(extend("run", 8), ErrorCode::kBadArgument, "has 8 iterations and cannot be given 8");
  EXPECT_FALSE(resume_training(folder_ / "run", ResumeOptions(), quiet_).changed) << "nothing has happened";
  train_prompts(settings("halves", {"protocol=transductive", "data.unseen=[blue]"}), quiet_);
  EXPECT_ERROR(extend("halves", 12), ErrorCode::kBadArgument, "self-training");
}

}  // namespace
}  // namespace relprompt
