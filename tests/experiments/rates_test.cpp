// Suites that choose: learning rates and calibrations on the validation part, and several CLIPs.
#include <filesystem>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/error.h"
#include "relprompt/experiments.h"
#include "relprompt/training.h"

#include "config/run_config.h"
#include "experiments/rate_choice.h"
#include "test_support.h"
#include "tiny_experiments.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kRates =
    "clips: 2\n"
    "calibrations: [0, 0.3]\n"
    "rates: {values: [1.0e-3, 4.0e-3], knowledge_share: 0.5, groups: [{key: rpn},\n"
    "        {key: lpm, set: {model.method: lpm_only}}]}\n";

class Counter : public RunListener {
 public:
  explicit Counter(int patience = -1) : left_(patience) {}
  void on_step(const TrainingStep&) override { ++steps, --left_; }
  bool stop_requested() override { return left_ == 0; }
  int steps = 0;

 private:
  int left_;
};

class DecidingSuite : public testing::Test {
 protected:
  DecidingSuite() { write(kRates); }

  /// The tiny suite whose first table is calibrated, and whose LPM row has its own rate.
  void write(const std::string& more) const {
    test::write_tiny_experiments(folder_.path(), more);
    auto yaml = test::read_text(folder_ / "suite.yaml");
    const auto replace = [&](const std::string& from, const std::string& to) {
      yaml.replace(yaml.find(from), from.size(), to);
    };
    replace("    title: Methods\n", "    title: Methods\n    calibrate: true\n    m2oe_updates: true\n");
    replace("{name: LPM only, set:", "{name: LPM only, rate: lpm, set:");
    replace("    title: Losses\n", "    title: Losses\n    clips: 1\n");
    test::write_text(folder_ / "suite.yaml", yaml);
  }
  Suite read(bool quick = false) const { return read_suite(folder_ / "suite.yaml", quick); }
  ExperimentSettings settings(const std::string& output) const {
    ExperimentSettings all;
    all.config = folder_ / "suite.yaml";
    all.output = folder_ / output;
    all.threads = 1;
    return all;
  }
  json report(const std::string& output) const {
    return json::parse(test::read_text(folder_ / output / "experiments.json"));
  }

  test::TemporaryFolder folder_;
};

TEST_F(DecidingSuite, IsReadWithWhatItChoosesFrom) {
  const auto suite = read();
  EXPECT_THAT(suite.rates.values, ElementsAre(1e-3, 4e-3));
  ASSERT_EQ(suite.rates.groups.size(), 2u);
  EXPECT_EQ(suite.tables[0].rows[0].rate, "lpm");
  EXPECT_EQ(suite.tables[0].rows[1].rate, "rpn");  // the first group's
  EXPECT_EQ(suite.tables[0].rows[1].clips, 2);
  EXPECT_EQ(suite.tables[1].rows[0].clips, 1);
  EXPECT_EQ(read(true).tables[0].rows[1].clips, 1);  // --quick has one CLIP
  EXPECT_EQ(read(true).rates.values.size(), 2u);
}

TEST_F(DecidingSuite, RefusesWhatItCannotChoose) {
  const auto bad = [&](const std::string& more, const char* message) {
    write(more);
    EXPECT_ERROR(read(), ErrorCode::kBadArgument, message);
  };
  bad("calibrations: [0]\nrates: {values: [1.0e-3], groups: [{key: rpm}]}\n",
      "no group 'lpm'; did you mean rpm?");
  bad("calibrations: [0]\nrates: {values: [4.0e-3, 1.0e-3], groups: [{key: lpm}]}\n", "should ascend");
  bad("calibrations: [0]\nrates: {values: [20], groups: [{key: lpm}]}\n", "a list of numbers from");
  bad("calibrations: [0]\nrates: {groups: [{key: lpm}]}\n", "one of them is missing");
  bad("calibrations: [0]\nrates: {values: [1], groups: [{key: lpm}, {key: lpm}]}\n", "occurs twice");
  bad("rates: {values: [1], groups: [{key: lpm}]}\n", "'calibrations', which is missing");
}

TEST_F(DecidingSuite, EveryGroupHasARunForEachValueOfTheFirstClip) {
  const auto plan = make_plan(rate_suite(read()), folder_ / "work");
  ASSERT_EQ(plan.tables.size(), 1u);
  ASSERT_EQ(plan.runs.size(), 4u);
  EXPECT_EQ(plan.runs[1].label, "rates: rpn at 0.004, seed 0");
  EXPECT_DOUBLE_EQ(plan.runs[1].config.optimizer.rate, 4e-3);
  EXPECT_DOUBLE_EQ(plan.runs[1].config.optimizer.knowledge_rate, 2e-3);
  EXPECT_EQ(plan.runs[2].config.model.peft.method, model::Method::kLpmOnly);
  std::vector<std::optional<RunResult>> results(4, RunResult());
  for (std::size_t i = 0; i < 4; ++i)
    results[i]->validation.hiou = std::vector<double>{0.3, 0.2, 0.4, 0.4}[i];
  auto suite = read();
  choose_rates(suite, plan, results);
  EXPECT_EQ(suite.rates.groups[0].chosen, 1e-3);
  EXPECT_EQ(suite.rates.groups[1].chosen, 1e-3);  // the smaller of equal ones
  results[2]->validation.hiou.reset();            // diverged
  choose_rates(suite, plan, results);
  EXPECT_EQ(suite.rates.groups[1].chosen, 4e-3);
  EXPECT_THAT(rates_text(suite), HasSubstr("| rpn | **30.0** | 20.0 |\n| lpm | diverged | **40.0** |"));
  const auto chosen = make_plan(suite, folder_ / "work");
  EXPECT_DOUBLE_EQ(chosen.runs.front().config.optimizer.rate, 4e-3);  // LPM only
}

TEST_F(DecidingSuite, OneValueIsNoChoice) {
  write("calibrations: [0]\nrates: {values: [1.0e-3], groups: [{key: lpm}]}\n");
  auto suite = read();
  EXPECT_TRUE(rate_suite(suite).tables.empty());
  choose_rates(suite, Plan(), {});
  EXPECT_EQ(suite.rates.groups[0].chosen, 1e-3);
  EXPECT_EQ(rates_text(suite), "");
}

TEST_F(DecidingSuite, AStatedRateIsNotChosen) {
  write(
      "calibrations: [0]\nrates: {values: [1.0e-3, 4.0e-3], groups: [{key: rpn}, {key: lpm, value: "
      "3.0e-3}]}\n");
  auto suite = read();
  const auto rates = rate_suite(suite);
  ASSERT_EQ(rates.tables.front().rows.size(), 2u);
  EXPECT_EQ(rates.tables.front().rows[1].name, "rpn at 0.004");
  const auto plan = make_plan(rates, folder_.path());
  std::vector<std::optional<RunResult>> results(plan.runs.size());
  for (auto& result : results) {
    result.emplace();
    result->validation.hiou = 0.1 * static_cast<double>(&result - results.data());
  }
  choose_rates(suite, plan, results);
  EXPECT_EQ(suite.rates.groups[0].chosen, 4e-3);
  EXPECT_EQ(suite.rates.groups[1].chosen, 3e-3);
  EXPECT_THAT(rates_text(suite), HasSubstr("| lpm | 0.003, stated |  |"));
  suite.rates.groups.erase(suite.rates.groups.begin());
  EXPECT_THAT(rates_text(suite), HasSubstr("chosen elsewhere: lpm 0.003;"));
}

/// One pass for all calibrations gives what an evaluation of its own with each of them gives.
TEST_F(DecidingSuite, CalibrationsOfOnePassAreThoseOfSeparateEvaluations) {
  Counter quiet;
  ASSERT_TRUE(run_experiments(settings("out"), quiet).finished);
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "out/work/runs")) {
    const auto row = json::parse(test::read_text(entry.path() / "row.json"));
    if (!row.contains("calibrated") || !fs::exists(entry.path() / "config.yaml")) continue;
    const auto run = config::read_run_config(entry.path() / "config.yaml");
    for (std::size_t i = 0; i < 2; ++i) {
      RunSettings alone;
      alone.config = entry.path() / "config.yaml";
      alone.model = entry.path() / "last";
      alone.output = folder_ / "alone";
      // The validation scenes lie beside those of training.
      alone.changes = {"test.calibration=" + row["calibrated"]["candidates"][i].dump(),
                       "data.test.root=" + run.data.train->root.string()};
      alone.replace = true;
      const auto outcome = json::parse(evaluate_model(alone, quiet).json);
      EXPECT_NEAR(outcome["headline"]["hiou"], row["calibrated"]["validation_hiou"][i], 1e-9);
      ++compared;
    }
  }
  EXPECT_GT(compared, 4);
}

/// Two CLIPs, two seeds, rates and calibrations chosen: the whole of it, interrupted and not.
TEST_F(DecidingSuite, RunsAndGoesOn) {
  Counter all;
  ASSERT_TRUE(run_experiments(settings("out"), all).finished);
  // Two CLIPs of 6 updates. Rates: 4 runs. Then 2 methods x 2 CLIPs x 2 seeds, softmax once; what the choice
  // ran with the chosen rates is not run again: seed 0 of the first CLIP of both methods.
  EXPECT_EQ(all.steps, 2 * 6 + (4 + 8 + 1 - 2) * 3);
  const auto document = report("out");
  const auto& rpn = document["tables"][0]["rows"][1];
  EXPECT_EQ(rpn["clips"], json({0, 0, 1, 1}));
  EXPECT_EQ(rpn["seeds"], json({0, 1, 0, 1}));
  EXPECT_NE(document["regimes"][0]["clips"][0]["sha256"], document["regimes"][0]["clips"][1]["sha256"]);
  EXPECT_EQ(rpn["hiou_gain"]["values"].size(), 4u);
  EXPECT_TRUE(rpn["calibrated_hiou"].is_number());
  EXPECT_EQ(rpn["m2oe_updates"].size(), 1u);
  EXPECT_GT(rpn["m2oe_updates"][0], 0);
  EXPECT_FALSE(document["tables"][0]["rows"][0].contains("m2oe_updates"));
  const auto& untrained = document["tables"][0]["rows"][2];
  EXPECT_EQ(untrained["clips"], json({0, 1}));
  for (const auto& group : document["rates"]["groups"]) {
    const auto found = group["validation_hiou"].get<std::vector<double>>();
    EXPECT_EQ(group["chosen"], found[1] > found[0] ? 4e-3 : 1e-3);
  }
  const auto page = test::read_text(folder_ / "out/experiments.md");
  for (const auto* part :
       {"## Learning rates", "| 4 on 2 CLIPs |", "calibrated hIoU", "Change of the patches by M2oE",
        "CLIPs: pretrained by clip.yaml (SHA-256", "seed 1 (SHA-256", "Bonferroni", "Descriptive: "}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  int steps = 0;
  for (const int patience : {4, 11, 9, -1}) {
    Counter part(patience);
    run_experiments(settings("halting"), part);
    steps += part.steps;
  }
  EXPECT_EQ(steps, all.steps);
  EXPECT_EQ(report("halting")["numbers"], document["numbers"]);
  EXPECT_EQ(report("halting")["rates"], document["rates"]);
  Counter again;
  EXPECT_FALSE(run_experiments(settings("out"), again).changed);
  EXPECT_EQ(again.steps, 0);
}

}  // namespace
}  // namespace relprompt::experiments
