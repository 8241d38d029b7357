// The suites that the project ships: all their rows make sense before hours are spent on them.
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include <gtest/gtest.h>

#include "experiments/plan.h"
#include "experiments/rate_choice.h"
#include "test_support.h"

namespace relprompt::experiments {
namespace {

namespace fs = std::filesystem;

const fs::path kConfigs = fs::path(RELPROMPT_SOURCE_DIR) / "configs";
const fs::path kMethodsConfig = kConfigs / "world-methods.yaml";
const fs::path kTablesConfig = kConfigs / "world-tables.yaml";
const fs::path kTokenConfig = kConfigs / "world-token-clip.yaml";
const fs::path kLargeConfig = kConfigs / "world-large-clip.yaml";

TEST(WorldTables, EveryRowCanBeTrainedWithThreeSeeds) {
  const test::TemporaryFolder work;
  auto suite = read_suite(kTablesConfig, false);
  assume_rates(suite);
  const auto plan = make_plan(suite, work.path());
  std::set<std::string> methods;
  for (const auto& run : plan.runs)
    methods.insert(name_of(model::kMethodWords, run.config.model.peft.method));
  EXPECT_EQ(methods.size(), std::size(model::kMethodWords));
  for (std::size_t t = 0; t < plan.tables.size(); ++t) {
    for (const auto& row : plan.tables[t]) {
      const auto& about = plan.suite.tables[t].rows[row.row];
      EXPECT_EQ(row.runs.size(), about.trained ? 3u : 1u) << about.name;
    }
  }
}

TEST(WorldTables, HasThePapersTables) {
  std::set<std::string> keys;
  for (const auto& table : read_suite(kTablesConfig, false).tables) {
    keys.insert(table.key);
    for (const auto& row : table.rows)
      EXPECT_TRUE(row.reference.has_value()) << table.key << ": " << row.name;
  }
  const std::set<std::string> paper = {"table-4", "table-5-itp", "table-5-apg", "table-5-m2oe", "table-6",
                                       "table-7", "table-10",    "table-11",    "table-13",     "table-14"};
  EXPECT_EQ(keys, paper);
}

/// Whatever is compared has one budget, nothing is chosen by the test set, and test scenes are nobody's
/// training scenes.
TEST(WorldSuites, AllRowsHaveOneBudgetAndNothingIsChosenByTheTest) {
  for (const auto& config : {kMethodsConfig, kTablesConfig, kTokenConfig, kLargeConfig}) {
    for (const bool quick : {false, true}) {
      const test::TemporaryFolder work;
      auto suite = read_suite(config, quick);
      assume_rates(suite);
      const auto plan = make_plan(suite, work.path());
      for (const auto& run : plan.runs) {
        const auto& train = run.config.train;
        EXPECT_EQ(train.schedule.iterations, plan.runs.front().config.train.schedule.iterations) << run.label;
        EXPECT_EQ(train.batch, plan.runs.front().config.train.batch) << run.label;
        EXPECT_EQ(train.best, config::BestRule::kNone) << run.label;
        EXPECT_TRUE(!quick || plan.clip(run).ready()) << run.label << ": it would be pretrained";
      }
      for (const auto& regime : plan.suite.regimes) EXPECT_NE(regime.world.seed, regime.world.test_seed);
    }
  }
}

/// The suites beside world-methods.yaml take the learning rates that it chose.
TEST(WorldSuites, StateTheRatesThatTheMethodsSuiteChose) {
  const auto report = nlohmann::json::parse(
      test::read_text(fs::path(RELPROMPT_SOURCE_DIR) / "docs/measurements/experiments/experiments.json"));
  std::map<std::string, double> chosen;
  for (const auto& group : report["rates"]["groups"]) chosen[group["key"]] = group["chosen"];
  for (const auto& config : {kTablesConfig, kTokenConfig, kLargeConfig}) {
    std::size_t stated = 0;
    for (const auto& group : read_suite(config, false).rates.groups) {
      if (!group.stated) continue;
      EXPECT_DOUBLE_EQ(*group.stated, chosen.at(group.key)) << config << ": " << group.key;
      ++stated;
    }
    EXPECT_GE(stated, config == kLargeConfig ? 4u : 6u) << config;
  }
}

TEST(WorldLargeClip, HasTheMainRowsOnceInEachRegime) {
  const test::TemporaryFolder work;
  const auto plan = make_plan(read_suite(kLargeConfig, false), work.path());
  EXPECT_EQ(plan.runs.size(), 2u * (4u * 3u + 1u));
  for (const auto& run : plan.runs) EXPECT_FALSE(plan.clip(run).ready()) << "it has a CLIP of its own";
}

/// What is compared has five seeds and its own learning rates, which at most 40 runs choose.
TEST(WorldMethods, ComparedRowsHaveFiveSeedsAndTheirOwnRates) {
  const test::TemporaryFolder work;
  const auto suite = read_suite(kMethodsConfig, false);
  EXPECT_LE(make_plan(rate_suite(suite), work.path()).runs.size(), 40u);
  std::set<std::string> used;
  for (const auto& table : suite.tables) {
    for (const auto& row : table.rows) {
      if (!row.trained) continue;
      EXPECT_EQ(row.seeds, 5) << table.key << ": " << row.name;
      used.insert(row.rate);
    }
  }
  EXPECT_EQ(used.size(), suite.rates.groups.size());
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
    EXPECT_EQ(methods.size(), 6u);  // RPN in two variants, and five others
    EXPECT_EQ(rate_suite(suite).tables.empty(), quick);
  }
}

}  // namespace
}  // namespace relprompt::experiments
