// Whole suites through the public interface: what they leave, that nothing is done twice, and that an
// interrupted one ends like one that was not.
#include "relprompt/experiments.h"

#include <map>
#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "test_support.h"
#include "tiny_experiments.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

/// Keeps notes and asks to stop after some steps of training.
class Watcher : public RunListener {
 public:
  explicit Watcher(int patience = -1) : left_(patience) {}
  void on_step(const TrainingStep&) override { ++steps, --left_; }
  void on_note(const std::string& note) override { notes.push_back(note); }
  bool stop_requested() override { return left_ == 0; }

  int steps = 0;
  std::vector<std::string> notes;

 private:
  int left_;
};

class Experiments : public testing::Test {
 protected:
  Experiments() { test::write_tiny_experiments(folder_.path()); }

  ExperimentSettings settings(const std::string& output) const {
    ExperimentSettings all;
    all.config = folder_ / "suite.yaml";
    all.output = folder_ / output;
    all.threads = 1;
    return all;
  }
  RunOutcome run(const std::string& output, std::vector<std::string> only = {}) {
    auto all = settings(output);
    all.only = std::move(only);
    watcher_ = Watcher();
    return run_experiments(all, watcher_);
  }
  json report(const std::string& output) const {
    return json::parse(test::read_text(folder_ / output / "experiments.json"));
  }
  /// The report without what a clock decides.
  json timeless(const std::string& output) const {
    auto document = report(output);
    for (auto& table : document["tables"]) {
      for (auto& row : table["rows"]) row.erase("seconds");
    }
    return document;
  }
  /// The folder of the run behind a row's first seed.
  fs::path run_folder(const std::string& output, std::size_t table, std::size_t row) const {
    const std::string name = report(output)["tables"][table]["rows"][row]["fingerprints"][0];
    return folder_ / output / "work" / "runs" / name.substr(0, 16);
  }
  std::map<std::string, std::string> pages(const std::string& output) const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_ / output)) {
      if (entry.is_regular_file()) all[entry.path().filename().string()] = test::read_text(entry.path());
    }
    return all;
  }

  test::TemporaryFolder folder_;
  Watcher watcher_;
};

TEST_F(Experiments, LeaveTablesAndImages) {
  const auto outcome = run("out");
  EXPECT_TRUE(outcome.finished);
  EXPECT_TRUE(outcome.changed);
  EXPECT_THAT(outcome.summary, HasSubstr("6 of 6 runs are finished, 6 of them now"));
  const auto pages_now = pages("out");
  for (const auto* name : {"experiments.md", "experiments.json", "methods.png", "loss.png", "sheet.jpg"}) {
    EXPECT_EQ(pages_now.count(name), 1u) << name;
  }
  const auto& text = pages_now.at("experiments.md");
  for (const auto* part : {"# A tiny suite", "every trained row has 3 updates of 4 scenes", "`inductive`",
                           "| LPM only | ", "| CLIP alone | ", "![Losses](loss.png)", "sheet.jpg"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_EQ(text.find(folder_.path().string()), std::string::npos);
  EXPECT_EQ(json::parse(outcome.json)["runs"], 6);
  // 6 updates of pretraining, 5 trained runs of 3.
  EXPECT_EQ(watcher_.steps, 6 + 5 * 3);
  EXPECT_THAT(watcher_.notes, testing::Contains(HasSubstr("run 2 of 6, about")));
}

TEST_F(Experiments, TheTablesHoldTheNumbersOfTheRuns) {
  run("out");
  const auto tables = report("out")["tables"];
  const auto& rpn = tables[0]["rows"][1];
  EXPECT_EQ(rpn["seeds"], json({0, 1}));
  double sum = 0;
  for (const std::string name : rpn["fingerprints"]) {
    const auto folder = folder_ / "out/work/runs" / name.substr(0, 16);
    const auto result = json::parse(test::read_text(folder / "result.json"));
    sum += result["last"]["miou_seen"].get<double>();
  }
  EXPECT_DOUBLE_EQ(rpn["miou_seen"]["mean"], sum / 2);
  const auto validation = json::parse(test::read_text(run_folder("out", 0, 1) / "validation/report.json"));
  EXPECT_EQ(rpn["validation_hiou"]["values"][0], validation["headline"]["hiou"]);
  EXPECT_EQ(validation["images"], 16);
  EXPECT_GT(rpn["trained_parameters"], tables[0]["rows"][0]["trained_parameters"]);
  EXPECT_EQ(tables[0]["rows"][2]["trained_parameters"], 0);
  EXPECT_TRUE(tables[0]["rows"][2]["seconds"].is_null());
  EXPECT_EQ(tables[1]["rows"][0]["miou_seen"], rpn["miou_seen"]);
  EXPECT_EQ(tables[1]["rows"][0]["fingerprints"], rpn["fingerprints"]);
}

TEST_F(Experiments, ConclusionsStandOverTheirOwnNumbersOnly) {
  run("out");
  const auto found = report("out");
  const auto yaml = test::read_text(folder_ / "suite.yaml");
  const auto with = [](const json& numbers, const char* indent, const char* text) {
    return fmt::format("{0}conclusion: {{numbers: \"{1}\", text: \"{2}\"}}\n", indent,
                       numbers.get<std::string>(), text);
  };
  auto concluded = yaml;
  concluded.insert(concluded.find("    rows:"), with(found["tables"][0]["numbers"], "    ", "RPN is ahead."));
  test::write_text(folder_ / "suite.yaml", concluded + with(found["numbers"], "", "It works."));
  run("out");
  const auto page = [&](const std::string& output) { return pages(output).at("experiments.md"); };
  EXPECT_THAT(page("out"), testing::AllOf(HasSubstr("\nIt works.\n"), HasSubstr("\nRPN is ahead.\n")));
  run("part", {"methods"});
  EXPECT_THAT(page("part"),
              testing::AllOf(testing::Not(HasSubstr("It works.")), HasSubstr("\nRPN is ahead.\n"),
                             HasSubstr("conclusion on the whole was drawn from other numbers")));
  auto quick = settings("quick");
  quick.quick = true;
  run_experiments(quick, watcher_);
  EXPECT_THAT(page("quick"),
              testing::Not(testing::AnyOf(HasSubstr("It works."), HasSubstr("RPN is ahead."))));
}

TEST_F(Experiments, ARepetitionDoesNothing) {
  run("out");
  const auto before = pages("out");
  const auto outcome = run("out");
  EXPECT_TRUE(outcome.finished);
  EXPECT_FALSE(outcome.changed);
  EXPECT_EQ(watcher_.steps, 0);
  EXPECT_EQ(pages("out"), before);
}

TEST_F(Experiments, StoppedAnywhereTheyEndTheSame) {
  run("steady");
  // While pretraining, in the first update of a run, and within the fourth run.
  bool finished = false;
  int steps = 0, pieces = 0;
  for (const int after : {4, 3, 1, 9, -1}) {
    Watcher watcher(after);
    const auto outcome = run_experiments(settings("halting"), watcher);
    finished = outcome.finished;
    EXPECT_THAT(outcome.summary, HasSubstr(finished ? "6 of 6 runs" : "the same command goes on"));
    steps += watcher.steps, ++pieces;
  }
  EXPECT_TRUE(finished);
  EXPECT_EQ(pieces, 5);
  EXPECT_EQ(steps, 6 + 5 * 3);  // no update was made twice
  EXPECT_EQ(timeless("halting"), timeless("steady"));
}

TEST_F(Experiments, ALostResultIsMadeAgainAndNothingElse) {
  run("out");
  const auto before = timeless("out");
  const auto lost = run_folder("out", 1, 1);
  fs::remove_all(lost);
  fs::remove(folder_ / "out/runs.jsonl");
  const auto outcome = run("out");
  EXPECT_THAT(outcome.summary, HasSubstr("1 of them now"));
  EXPECT_EQ(watcher_.steps, 3);
  EXPECT_EQ(timeless("out"), before);
  // Killed between the end of training and the result.
  fs::remove(lost / "row.json");
  fs::remove(folder_ / "out/runs.jsonl");
  run("out");
  EXPECT_EQ(watcher_.steps, 0);
  EXPECT_EQ(timeless("out"), before);
}

TEST_F(Experiments, OnlySomeTables) {
  const auto outcome = run("out", {"loss"});
  EXPECT_THAT(outcome.summary, HasSubstr("3 of 3 runs"));
  const auto text = test::read_text(folder_ / "out/experiments.md");
  // A table is shown when it is whole; the others are named.
  EXPECT_THAT(text, HasSubstr("Not run yet: Methods."));
  EXPECT_FALSE(fs::exists(folder_ / "out/methods.png"));
  run("out", {"methods"});
  EXPECT_EQ(watcher_.steps, 2 * 3);
  const auto apart = timeless("out");
  run("together");
  EXPECT_EQ(apart, timeless("together"));
}

TEST_F(Experiments, ANewRowIsAllThatRuns) {
  run("out");
  auto yaml = test::read_text(folder_ / "suite.yaml");
  yaml.insert(yaml.find("sheet:"), "      - {name: new, seeds: 1, set: {train.iterations: 2}}\n");
  test::write_text(folder_ / "suite.yaml", yaml);
  EXPECT_THAT(run("out").summary, HasSubstr("7 of 7 runs are finished, 1 of them now"));
  EXPECT_EQ(watcher_.steps, 2);
  EXPECT_THAT(test::read_text(folder_ / "out/experiments.md"), HasSubstr("rows differ"));
}

TEST_F(Experiments, ShowThePapersNumbersAndOrder) {
  auto yaml = test::read_text(folder_ / "suite.yaml");
  for (const auto* row : {"{name: sigmoid", "{name: softmax"}) {
    const std::string start = row;
    yaml.insert(yaml.find(start) + start.size(),
                start == "{name: sigmoid" ? ", reference: 88.6" : ", reference: 71.4");
  }
  test::write_text(folder_ / "suite.yaml", yaml);
  run("out");
  const auto text = test::read_text(folder_ / "out/experiments.md");
  EXPECT_THAT(text, HasSubstr("| row | S | U | hIoU | paper, VOC hIoU | gain (95% interval) |"));
  EXPECT_THAT(text, HasSubstr("| row | S | U | hIoU | gain (95% interval) |"));  // the other table has none
  EXPECT_THAT(text, HasSubstr("In the paper: sigmoid > softmax. Pairs of rows in the same order: "));
  const auto document = report("out");
  EXPECT_DOUBLE_EQ(document["tables"][1]["rows"][0]["paper_hiou"], 0.886);
  EXPECT_EQ(document["tables"][1]["order_as_in_the_paper"]["default"]["pairs"], 1);
  EXPECT_TRUE(document["tables"][0]["rows"][0]["paper_hiou"].is_null());
  EXPECT_TRUE(document["tables"][0]["order_as_in_the_paper"].empty());
}

TEST_F(Experiments, AHeadWithoutNumbersIsMeasuredUntrained) {
  auto yaml = test::read_text(folder_ / "suite.yaml");
  yaml.insert(
      yaml.find("sheet:"),
      "      - {name: head, trained: false, set: {model.method: lpm_only, model.lpm_trained: false}}\n");
  test::write_text(folder_ / "suite.yaml", yaml);
  run("out", {"loss"});
  EXPECT_EQ(watcher_.steps, 6 + 3 * 3);
  const auto row = report("out")["tables"][0]["rows"].back();
  EXPECT_EQ(row["trained_parameters"], 0);
  EXPECT_EQ(row["iterations"], 0);
  EXPECT_TRUE(row["miou_seen"]["mean"].is_number());
  const std::string name = row["fingerprints"][0];
  const auto measured =
      json::parse(test::read_text(folder_ / "out/work/runs" / name.substr(0, 16) / "report/report.json"));
  EXPECT_THAT(measured["protocol"]["model"].get<std::string>(), HasSubstr("training-free head c"));
  EXPECT_EQ(measured["protocol"]["setting"], "training_free");
}

TEST_F(Experiments, RegimesHaveScenesAndClipsOfTheirOwn) {
  test::write_tiny_experiments(folder_.path(),
                               "regimes:\n"
                               "  - {key: few, title: few scenes, world: {scenes: 4, split: few-seen},\n"
                               "     clip: {set: {phases.crowds.patch_weight: 0}}}\n");
  auto yaml = test::read_text(folder_ / "suite.yaml");
  yaml.insert(yaml.find("sheet:"),
              "  - {key: where, regimes: [default, few], rows: [{name: RPN, seeds: 1}, {name: CLIP, trained: "
              "false}]}\n");
  test::write_text(folder_ / "suite.yaml", yaml);
  run("out", {"where"});
  const auto document = report("out");
  const auto& rows = document["tables"].back()["rows"];
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[2]["regime"], "few");
  EXPECT_NE(document["regimes"][0]["clip_sha256"], document["regimes"][1]["clip_sha256"]);
  EXPECT_EQ(document["regimes"][1]["training_set"]["train"], 4);
  const std::string name = rows[2]["fingerprints"][0];
  const auto training =
      json::parse(test::read_text(folder_ / "out/work/runs" / name.substr(0, 16) / "report/report.json"));
  EXPECT_EQ(training["protocol"]["unseen"].size(), 52u);
  EXPECT_THAT(test::read_text(folder_ / "out/experiments.md"), HasSubstr("| few | RPN | "));
}

TEST_F(Experiments, AGivenClipIsTaken) {
  run("out", {"loss"});
  fs::path clip;
  for (const auto& entry : fs::directory_iterator(folder_ / "out/work/clips")) clip = entry.path();
  auto all = settings("other");
  all.clip = clip;
  all.work = folder_ / "elsewhere";
  all.only = {"loss"};
  Watcher watcher;
  run_experiments(all, watcher);
  EXPECT_EQ(watcher.steps, 3 * 3);  // nothing is pretrained
  EXPECT_FALSE(fs::exists(folder_ / "other/work"));
  EXPECT_EQ(report("other")["regimes"][0]["clip_sha256"], report("out")["regimes"][0]["clip_sha256"]);
  EXPECT_EQ(timeless("other")["tables"], timeless("out")["tables"]);
}

TEST_F(Experiments, ResultsBesideTheTablesOutliveTheWorkFolder) {
  run("out");
  auto all = settings("other");
  for (const auto& entry : fs::directory_iterator(folder_ / "out/work/clips")) all.clip = entry.path();
  Watcher first;
  run_experiments(all, first);
  EXPECT_GT(first.steps, 0);
  const auto tables = timeless("other")["tables"];
  fs::remove_all(folder_ / "other/work");
  Watcher watcher;
  EXPECT_FALSE(run_experiments(all, watcher).changed);
  EXPECT_EQ(watcher.steps, 0);
  EXPECT_EQ(timeless("other")["tables"], tables);
  EXPECT_TRUE(fs::exists(folder_ / "other/sheet.jpg")) << "that of before";

  // A result less is a run more; a damaged line is named.
  const auto lines = test::read_text(folder_ / "other/runs.jsonl");
  test::write_text(folder_ / "kept.jsonl", lines.substr(lines.find('\n') + 1));
  all.output = folder_ / "third";
  all.results = {folder_ / "kept.jsonl"};
  Watcher again;
  run_experiments(all, again);
  EXPECT_EQ(again.steps, 3);
  EXPECT_EQ(timeless("third")["tables"], tables);
  const auto made = test::read_text(folder_ / "third/runs.jsonl");
  EXPECT_EQ(std::count(made.begin(), made.end(), '\n'), std::count(lines.begin(), lines.end(), '\n'));
  test::write_text(folder_ / "kept.jsonl", lines + "{\"seed\": 1}\n");
  EXPECT_ERROR(run_experiments(all, again), ErrorCode::kUnreadable, "kept.jsonl, line 7");
  all.results = {folder_ / "gone.jsonl"};
  EXPECT_ERROR(run_experiments(all, again), ErrorCode::kNotFound, "--results");
}

TEST_F(Experiments, RefuseWhatTheyCannotDo) {
  EXPECT_ERROR(run("out", {"los"}), ErrorCode::kBadArgument, "did you mean loss");
  auto foreign = settings("out");
  foreign.work = folder_.path();
  EXPECT_ERROR(run_experiments(foreign, watcher_), ErrorCode::kNotWritable, "no folder of experiments");
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  auto nameless = settings("out");
  nameless.config.clear();
  EXPECT_ERROR(run_experiments(nameless, watcher_), ErrorCode::kBadArgument, "no config");
  nameless = settings("out");
  nameless.output.clear();
  EXPECT_ERROR(run_experiments(nameless, watcher_), ErrorCode::kBadArgument, "-o FOLDER");
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(Experiments, KeepSuitesApart) {
  run("out", {"loss"});
  auto quick = settings("out");
  quick.quick = true;
  EXPECT_ERROR(run_experiments(quick, watcher_), ErrorCode::kNotWritable,
               "belongs to the suite 'suite', not to");
  quick.output = folder_ / "quick";
  quick.work = folder_ / "out/work";
  EXPECT_ERROR(run_experiments(quick, watcher_), ErrorCode::kNotWritable, "with --quick");
  fs::rename(folder_ / "suite.yaml", folder_ / "other.yaml");
  auto other = settings("out");
  other.config = folder_ / "other.yaml";
  EXPECT_ERROR(run_experiments(other, watcher_), ErrorCode::kNotWritable, "suite 'other'");
  test::write_text(folder_ / "out/work/suite.json", "{");
  fs::remove(folder_ / "out/experiments.json");
  EXPECT_ERROR(run_experiments(other, watcher_), ErrorCode::kUnreadable, "suite.json");
}

}  // namespace
}  // namespace relprompt
