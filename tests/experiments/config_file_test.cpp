// The suite that the project ships: all its rows make sense before hours are spent on them.
#include <set>

#include <gtest/gtest.h>

#include "experiments/plan.h"
#include "experiments/rate_choice.h"
#include "test_support.h"
#include "toy_run.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

const fs::path kConfig = fs::path(RELPROMPT_SOURCE_DIR) / "configs" / "world-experiments.yaml";
const fs::path kMethodsConfig = fs::path(RELPROMPT_SOURCE_DIR) / "configs" / "world-methods.yaml";

TEST(WorldExperiments, EveryRowCanBeTrained) {
  const test::TemporaryFolder work;
  const auto plan = make_plan(read_suite(kConfig, false), work.path());
  std::set<std::string> methods;
  for (const auto& run : plan.runs)
    methods.insert(name_of(model::kMethodWords, run.config.model.peft.method));
  EXPECT_EQ(methods.size(), std::size(model::kMethodWords));
  EXPECT_GE(plan.suite.regimes.size(), 4u);
  // Compared rows have three seeds, and test scenes are nobody's training scenes.
  for (const auto& row : plan.tables.front()) {
    const bool trained = plan.suite.tables.front().rows[row.row].trained;
    EXPECT_GE(row.runs.size(), trained ? 3u : 1u);
  }
  for (const auto& regime : plan.suite.regimes) EXPECT_NE(regime.world.seed, regime.world.test_seed);
}

TEST(WorldExperiments, AllRowsHaveOneBudgetAndNothingIsChosenByTheTest) {
  for (const bool quick : {false, true}) {
    const test::TemporaryFolder work;
    const auto plan = make_plan(read_suite(kConfig, quick), work.path());
    for (const auto& run : plan.runs) {
      const auto& train = run.config.train;
      EXPECT_EQ(train.schedule.iterations, plan.runs.front().config.train.schedule.iterations) << run.label;
      EXPECT_EQ(train.batch, plan.runs.front().config.train.batch) << run.label;
      EXPECT_EQ(train.best, config::BestRule::kNone) << run.label;
    }
  }
}

TEST(WorldExperiments, HasThePapersTables) {
  std::set<std::string> keys;
  for (const auto& table : read_suite(kConfig, false).tables) {
    keys.insert(table.key);
    for (const auto& row : table.rows) {
      EXPECT_EQ(row.reference.has_value(), table.key.rfind("table-", 0) == 0)
          << table.key << ": " << row.name;
    }
  }
  for (const auto* number : {"4", "5-itp", "5-apg", "5-m2oe", "6", "7", "10", "11", "13", "14"}) {
    EXPECT_EQ(keys.count(std::string("table-") + number), 1u) << number;
  }
}

/// Images of the toy set stand for CamVid's: only names and budgets are looked at.
TEST(WorldExperiments, ImagesHaveOneBudgetAndAHeldOutPart) {
  const test::TemporaryFolder folder;
  test::write_toy_set(folder / "camvid", 2, 1);
  test::write_text(
      folder / "camvid/classes.txt",
      "sky\nbuilding\npole\nroad\nsidewalk\ntree\ntraffic sign\nfence\ncar\npedestrian\nbicyclist\n");
  auto suite = read_suite(kConfig, false);
  attach_data(suite, {{"camvid", folder / "camvid"}});
  const auto plan = make_plan(suite, folder / "work");
  const auto without = make_plan(read_suite(kConfig, false), folder / "work");
  std::set<eval::Setting> settings;
  for (std::size_t i = without.runs.size(); i < plan.runs.size(); ++i) {
    const auto& config = plan.runs[i].config;
    settings.insert(config.setting);
    EXPECT_EQ(config.train.schedule.iterations, 300) << plan.runs[i].label;
    EXPECT_EQ(config.train.batch, 8u);
    EXPECT_EQ(config.train.best, config::BestRule::kHeldOutSeen);
    EXPECT_EQ(config.train.evaluate_every, 0);
    EXPECT_GT(config.data.held_out, 0);
  }
  EXPECT_EQ(settings, (std::set<eval::Setting>{eval::Setting::kSupervised, eval::Setting::kInductive}));
}

TEST(WorldExperiments, QuickIsSmallerAndPretrainsNothing) {
  const test::TemporaryFolder work;
  const auto plan = make_plan(read_suite(kConfig, true), work.path());
  const auto whole = make_plan(read_suite(kConfig, false), work.path());
  EXPECT_LT(plan.runs.size(), whole.runs.size() / 2);
  for (const auto& run : plan.runs) EXPECT_TRUE(plan.clip(run).ready()) << run.label;
}

/// What decides has five seeds on two CLIPs, and at most 40 runs choose its learning rates.
TEST(WorldMethods, ComparedRowsHaveTwoClipsAndTheirOwnRates) {
  const test::TemporaryFolder work;
  const auto suite = read_suite(kMethodsConfig, false);
  EXPECT_LE(make_plan(rate_suite(suite), work.path()).runs.size(), 40u);
  std::set<std::string> used;
  for (const auto& table : suite.tables) {
    const bool decides = table.key == "methods" || table.key == "regimes";
    EXPECT_EQ(table.clips, decides ? 2 : 1) << table.key;
    for (const auto& row : table.rows) {
      if (!row.trained) continue;
      EXPECT_EQ(row.seeds, decides ? 5 : 3) << table.key << ": " << row.name;
      used.insert(row.rate);
    }
  }
  EXPECT_EQ(used.size(), suite.rates.groups.size());
  for (const auto& regime : suite.regimes) EXPECT_EQ(regime.clips, 2) << regime.key;
}

TEST(WorldMethods, EveryRowCanBeTrainedWithAndWithoutQuick) {
  for (const bool quick : {false, true}) {
    const test::TemporaryFolder work;
    auto suite = read_suite(kMethodsConfig, quick);
    assume_rates(suite);
    const auto plan = make_plan(suite, work.path());
    std::set<std::string> methods;
    for (const auto& run : plan.runs) {
      methods.insert(name_of(model::kMethodWords, run.config.model.peft.method));
      EXPECT_EQ(run.config.train.best, config::BestRule::kNone) << run.label;
      EXPECT_DOUBLE_EQ(run.config.optimizer.rate, quick ? 4e-3 : 5e-4) << run.label;
    }
    EXPECT_EQ(methods.size(), std::size(model::kMethodWords));
    EXPECT_EQ(rate_suite(suite).tables.empty(), quick);
  }
}

}  // namespace
}  // namespace relprompt::experiments
