// Whole runs on toy images through the public interface: what a finished folder holds, and that a run which
// was interrupted anywhere ends like one that was not.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/error.h"
#include "relprompt/training.h"

#include "test_support.h"
#include "toy_run.h"
#include "train/run_folder.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

/// Asks to stop after some iterations; the first question comes before them all.
class Impatient : public RunListener {
 public:
  explicit Impatient(int iterations) : left_(iterations) {}
  void on_step(const TrainingStep&) override { --left_; }
  bool stop_requested() override { return asked_++ > 0 && left_ == 1; }

 private:
  int left_, asked_ = 0;
};

class Run : public testing::Test {
 protected:
  Run() {
    test::write_toy_set(folder_ / "set", 10, 3);
    test::write_toy_clip(folder_ / "clip");
    write_config("");
  }

  void write_config(const std::string& more) {
    test::write_text(folder_ / "toy.yaml", test::toy_config(more));
  }

  RunSettings settings(const std::string& output) const {
    RunSettings all;
    all.config = folder_ / "toy.yaml";
    all.model = folder_ / "clip";
    all.data = folder_ / "set";
    all.output = folder_ / output;
    return all;
  }

  std::string prompts(const std::string& run, const std::string& model = "last") const {
    return test::read_text(folder_ / run / model / "prompts.safetensors");
  }

  test::TemporaryFolder folder_;
  RunListener quiet_;
};

TEST_F(Run, LeavesAFolderWithEverything) {
  const auto outcome = train_prompts(settings("run"), quiet_);
  EXPECT_TRUE(outcome.finished);
  EXPECT_THAT(outcome.summary, HasSubstr("mIoU"));
  const auto run = folder_ / "run";
  for (const auto* name :
       {"config.yaml", "embeddings.safetensors", "checkpoint.safetensors", "last/config.json",
        "last/prompts.safetensors", "last/training.json", "best/prompts.safetensors", "log.jsonl", "log.txt",
        "curves.png", "sheet.png", "steps.csv", "evaluations.csv", "events.out.tfevents.relprompt",
        "report/report.md", "report/report.json", "report/confusion.png", "result.json"}) {
    EXPECT_TRUE(fs::exists(run / name)) << name;
  }
  const auto result = json::parse(test::read_text(run / "result.json"));
  EXPECT_EQ(result["iterations"], 8);
  EXPECT_TRUE(result["last"]["miou"].is_number());
  const auto report = json::parse(test::read_text(run / "report/report.json"));
  EXPECT_EQ(report["protocol"]["iterations"], 8);
  EXPECT_EQ(report["protocol"]["checkpoint"], "last");
  EXPECT_EQ(report["images"], 3);
  EXPECT_EQ(report["protocol"]["ignore"], "255 (of 16 bits 65535)") << "what the label files hold";
  EXPECT_THAT(test::read_text(run / "report/report.md"),
              HasSubstr("pixels labelled 255 (of 16 bits 65535) are not counted"));
  EXPECT_THAT(report["protocol"]["trained_on"].get<std::string>(), HasSubstr("8 images"));
  ASSERT_EQ(outcome.classes.size(), report["classes"].size());
  for (std::size_t label = 0; label < outcome.classes.size(); ++label) {
    EXPECT_EQ(outcome.classes[label].iou.value_or(-1), report["classes"][label].value("iou", -1.0));
  }
  EXPECT_EQ(outcome.model, run / "best");
  EXPECT_THAT(test::read_text(run / "log.txt"), HasSubstr(" left  "));

  int steps = 0, evaluations = 0;
  std::istringstream lines(test::read_text(run / "log.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto event = json::parse(line);
    steps += event["event"] == "step";
    evaluations += event["event"] == "evaluation";
  }
  EXPECT_EQ(steps, 8);
  EXPECT_EQ(evaluations, 2);
  for (const auto* name : {"last/prompts.safetensors", "last/training.json", "checkpoint.safetensors"}) {
    EXPECT_EQ(test::read_text(run / name).find(folder_.path().string()), std::string::npos) << name;
  }
}

TEST_F(Run, ARepetitionHasTheSameBits) {
  train_prompts(settings("a"), quiet_);
  train_prompts(settings("b"), quiet_);
  EXPECT_EQ(prompts("a"), prompts("b"));
  EXPECT_EQ(prompts("a", "best"), prompts("b", "best"));
  auto other = settings("c");
  other.changes = {"seed=1"};
  train_prompts(other, quiet_);
  EXPECT_NE(prompts("a"), prompts("c"));
}

TEST_F(Run, StoppedAfterEveryIterationEndsTheSame) {
  train_prompts(settings("steady"), quiet_);
  Impatient first(1);
  auto outcome = train_prompts(settings("halting"), first);
  EXPECT_FALSE(outcome.finished);
  int pieces = 1;
  for (; !outcome.finished && pieces < 20; ++pieces) {
    Impatient next(1);
    outcome = resume_training(folder_ / "halting", ResumeOptions(), next);
  }
  EXPECT_EQ(pieces, 8);
  EXPECT_EQ(prompts("halting"), prompts("steady"));
  EXPECT_EQ(prompts("halting", "best"), prompts("steady", "best"));
  EXPECT_EQ(json::parse(test::read_text(folder_ / "halting/result.json")),
            json::parse(test::read_text(folder_ / "steady/result.json")));
}

TEST_F(Run, ResumesFromAnyStateOfTheFolder) {
  train_prompts(settings("steady"), quiet_);
  Impatient some(5);
  train_prompts(settings("run"), some);
  const auto run = folder_ / "run";
  // Killed before the first checkpoint: nothing but the config.
  for (const auto& entry : fs::directory_iterator(run)) {
    if (entry.path().filename() != "config.yaml") fs::remove_all(entry.path());
  }
  test::write_text(run / ".lock", "process 1");
  test::write_text(run / ".relprompt-0123456789abcdef.tmp", "half");
  EXPECT_TRUE(resume_training(run, ResumeOptions(), quiet_).finished);
  EXPECT_EQ(prompts("run"), prompts("steady"));
  EXPECT_FALSE(fs::exists(run / ".relprompt-0123456789abcdef.tmp"));
  // Killed between the last checkpoint and the reports.
  fs::remove(run / "result.json");
  fs::remove_all(run / "report");
  EXPECT_TRUE(resume_training(run, ResumeOptions(), quiet_).finished);
  EXPECT_TRUE(fs::exists(run / "report/report.md"));
  EXPECT_EQ(prompts("run"), prompts("steady"));
}

TEST_F(Run, AFinishedRunStaysAsItIs) {
  train_prompts(settings("run"), quiet_);
  std::map<std::string, fs::file_time_type> before;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "run")) {
    before[entry.path().string()] = entry.last_write_time();
  }
  const auto outcome = resume_training(folder_ / "run", ResumeOptions(), quiet_);
  EXPECT_TRUE(outcome.finished);
  EXPECT_FALSE(outcome.changed);
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "run")) {
    EXPECT_EQ(before.at(entry.path().string()), entry.last_write_time());
    ++files;
  }
  EXPECT_EQ(files, before.size());
}

TEST_F(Run, StoppedBeforeTheFirstIterationGoesOn) {
  train_prompts(settings("steady"), quiet_);
  class AtOnce : public RunListener {
   public:
    bool stop_requested() override { return true; }
  } at_once;
  for (int again = 0; again < 2; ++again) {
    const auto outcome = again == 0 ? train_prompts(settings("run"), at_once)
                                    : resume_training(folder_ / "run", ResumeOptions(), at_once);
    EXPECT_FALSE(outcome.finished);
    EXPECT_THAT(outcome.summary, HasSubstr("stopped after iteration 0 of 8"));
    EXPECT_TRUE(fs::exists(folder_ / "run/checkpoint.safetensors"));
  }
  EXPECT_TRUE(resume_training(folder_ / "run", ResumeOptions(), quiet_).finished);
  EXPECT_EQ(prompts("run"), prompts("steady"));
  std::size_t starts = 0;
  std::istringstream lines(test::read_text(folder_ / "run/log.jsonl"));
  for (std::string line; std::getline(lines, line);) starts += json::parse(line)["event"] == "start";
  EXPECT_EQ(starts, 1u);
}

TEST_F(Run, AFinishedRunWhoseConfigWasEditedSaysSo) {
  train_prompts(settings("run"), quiet_);
  EXPECT_FALSE(resume_training(folder_ / "run", ResumeOptions(), quiet_).changed);
  const auto config = folder_ / "run/config.yaml";
  const auto edit = [&, text = test::read_text(config)](const std::string& from, const std::string& to) {
    auto edited = text;
    const auto at = edited.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    test::write_text(config, edited.replace(at, from.size(), to));
  };
  edit("iterations: 8", "iterations: 16");
  EXPECT_ERROR(resume_training(folder_ / "run", ResumeOptions(), quiet_), ErrorCode::kBadArgument,
               "finished after 8 iterations; its config.yaml asks for 16");
  edit("batch: 4", "batch: 2");
  EXPECT_ERROR(resume_training(folder_ / "run", ResumeOptions(), quiet_), ErrorCode::kBadArgument,
               "with other settings");
  edit("log_every: 1", "log_every: 2");  // decides nothing
  EXPECT_FALSE(resume_training(folder_ / "run", ResumeOptions(), quiet_).changed);
}

TEST_F(Run, AWarmUpThatLeavesNoTimeToLearnIsNamed) {
  class Notes : public RunListener {
   public:
    void on_note(const std::string& note) override { all += note + "\n"; }
    std::string all;
  } quick, sound;
  auto hasty = settings("hasty");
  hasty.changes = {"train.warmup_iterations=7"};
  train_prompts(hasty, quick);
  EXPECT_THAT(quick.all, HasSubstr("warning: warm-up is 7 iterations and the run has 8"));
  EXPECT_THAT(test::read_text(folder_ / "hasty/log.txt"), HasSubstr("lower train.warmup_iterations"));
  train_prompts(settings("run"), sound);
  EXPECT_EQ(sound.all.find("warning"), std::string::npos) << sound.all;
}

TEST_F(Run, TheLogHoldsEveryIterationOnce) {
  Impatient some(4);  // stops after 4 iterations, with a checkpoint; the next pieces lose nothing
  train_prompts(settings("run"), some);
  test::write_text(folder_ / "run/log.jsonl",
                   test::read_text(folder_ / "run/log.jsonl") + "{\"event\":\"step\",\"iteration\":5,\"lo");
  resume_training(folder_ / "run", ResumeOptions(), quiet_);
  std::vector<int> iterations;
  std::istringstream lines(test::read_text(folder_ / "run/log.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto event = json::parse(line);
    if (event["event"] == "step") iterations.push_back(event["iteration"]);
  }
  EXPECT_EQ(iterations, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST_F(Run, ProtocolsRunToTheirEnd) {
  for (const auto* protocol : {"inductive", "transductive", "transductive_known", "open_vocabulary"}) {
    auto all = settings(protocol);
    all.changes = {std::string("protocol=") + protocol, "data.unseen=[blue]", "train.iterations=4"};
    const auto outcome = train_prompts(all, quiet_);
    EXPECT_TRUE(outcome.finished) << protocol;
    const auto report = json::parse(test::read_text(folder_ / protocol / "report/report.json"));
    EXPECT_EQ(report["protocol"]["setting"], protocol);
    const bool split = std::string(protocol) != "open_vocabulary";
    EXPECT_EQ(report["headline"]["hiou"].is_null(), !split) << protocol;
    EXPECT_EQ(report["protocol"]["calibration"].is_null(), !split) << protocol;
  }
}

TEST_F(Run, OtherVariantsAndOptionsTrain) {
  const std::vector<std::vector<std::string>> choices = {
      {"model.variant=official", "model.visual_prompt_tokens=3"},
      {"train.precision=bf16"},
      {"train.activation_checkpointing=true", "train.micro_batch=1"},
      {"loss.kind=softmax"},
      {"train.best=none", "data.held_out=0"},
      {"train.best=validation_unseen", "protocol=inductive", "data.unseen=[blue]"},
      {"loss.dice=squared", "train.clip_gradient=0.5", "normalisation=imagenet"}};
  int number = 0;
  for (const auto& changes : choices) {
    auto all = settings("run" + std::to_string(number++));
    all.changes = changes;
    all.changes.emplace_back("train.iterations=2");
    EXPECT_TRUE(train_prompts(all, quiet_).finished) << changes.front();
  }
  EXPECT_FALSE(fs::exists(folder_ / "run4/best"));
  const auto report = json::parse(test::read_text(folder_ / "run5/result.json"));
  EXPECT_THAT(report["best_rule"].get<std::string>(), HasSubstr("test set"));
}

TEST_F(Run, RecomputationHasTheSameBits) {
  train_prompts(settings("plain"), quiet_);
  auto lean = settings("lean");
  lean.changes = {"train.activation_checkpointing=true"};
  train_prompts(lean, quiet_);
  EXPECT_EQ(prompts("plain"), prompts("lean"));
}

TEST_F(Run, WrongStartsLeaveNothingBehind) {
  auto wrong = settings("run");
  wrong.data = folder_ / "nowhere";
  EXPECT_ERROR(train_prompts(wrong, quiet_), ErrorCode::kNotFound, "nowhere");
  EXPECT_FALSE(fs::exists(folder_ / "run"));
  wrong = settings("run");
  wrong.model = folder_ / "no-clip";
  EXPECT_ERROR(train_prompts(wrong, quiet_), ErrorCode::kModelNotFound, "no-clip");
  wrong = settings("run");
  wrong.changes = {"train.iteratons=3"};
  EXPECT_ERROR(train_prompts(wrong, quiet_), ErrorCode::kBadArgument, "iterations");
  wrong = settings("run");
  wrong.changes = {"protocol=inductive"};
  EXPECT_ERROR(train_prompts(wrong, quiet_), ErrorCode::kBadArgument, "data.unseen");
  wrong = settings("run");
  wrong.changes = {"augment.crop=8"};
  EXPECT_ERROR(train_prompts(wrong, quiet_), ErrorCode::kBadArgument, "augment.crop");
  EXPECT_FALSE(fs::exists(folder_ / "run"));
  test::write_text(folder_ / "full/notes.txt", "mine");
  EXPECT_ERROR(train_prompts(settings("full"), quiet_), ErrorCode::kNotWritable, "notes.txt");
  EXPECT_EQ(test::read_text(folder_ / "full/notes.txt"), "mine");
  EXPECT_ERROR(resume_training(folder_ / "nothing", ResumeOptions(), quiet_), ErrorCode::kNotFound,
               "nothing");
}

TEST_F(Run, AnotherArchitectureOrClipCannotContinueIt) {
  Impatient some(5);
  train_prompts(settings("run"), some);
  const auto config = folder_ / "run/config.yaml";
  const auto text = test::read_text(config);
  auto changed = text;
  changed.replace(changed.find("rank: 3"), 7, "rank: 6");
  test::write_text(config, changed);
  EXPECT_ERROR(resume_training(folder_ / "run", ResumeOptions(), quiet_), ErrorCode::kTensorMismatch,
               "architecture");
  changed = text;
  changed.replace(changed.find("seed: 0"), 7, "seed: 1");
  test::write_text(config, changed);
  EXPECT_ERROR(resume_training(folder_ / "run", ResumeOptions(), quiet_), ErrorCode::kBadModelConfig,
               "other settings");
  test::write_text(config, text);
  EXPECT_TRUE(resume_training(folder_ / "run", ResumeOptions(), quiet_).finished);
}

TEST_F(Run, OneProcessAtATime) {
  Impatient some(2);
  train_prompts(settings("run"), some);
  const train::RunLock lock(train::RunFolder(folder_ / "run"));
  EXPECT_ERROR(resume_training(folder_ / "run", ResumeOptions(), quiet_), ErrorCode::kNotWritable,
               "another process");
  EXPECT_ERROR(train_prompts(settings("run"), quiet_), ErrorCode::kNotWritable, "--resume");
}

TEST_F(Run, EvaluationOfAModelContinuesAndReports) {
  train_prompts(settings("run"), quiet_);
  auto all = settings("report");
  all.model = folder_ / "run/last";
  all.image_scores = true;
  all.changes = {"test.save_every=1"};
  class StopAfterOne : public RunListener {
   public:
    void on_evaluation(const std::string&, std::size_t done, std::size_t) override { done_ = done; }
    bool stop_requested() override { return done_ >= 1; }

   private:
    std::size_t done_ = 0;
  } impatient;
  EXPECT_FALSE(evaluate_model(all, impatient).finished);
  EXPECT_TRUE(fs::exists(folder_ / "report/progress.json"));
  EXPECT_FALSE(fs::exists(folder_ / "report/report.md"));
  class Counter : public RunListener {
   public:
    void on_evaluation(const std::string&, std::size_t, std::size_t) override { ++images; }
    int images = 0;
  } counter;
  const auto outcome = evaluate_model(all, counter);
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(counter.images, 2);
  EXPECT_FALSE(fs::exists(folder_ / "report/progress.json"));
  EXPECT_TRUE(fs::exists(folder_ / "report/image_scores.jsonl"));
  const auto fresh = json::parse(test::read_text(folder_ / "run/report/report.json"));
  EXPECT_EQ(json::parse(outcome.json)["headline"], fresh["headline"]);
}

TEST_F(Run, ABareClipIsEvaluatedTrainingFree) {
  auto all = settings("report");
  const auto outcome = evaluate_model(all, quiet_);
  EXPECT_EQ(json::parse(outcome.json)["protocol"]["setting"], "training_free");
}

}  // namespace
}  // namespace relprompt
