// configs/paper/tables.yaml on miniature folders in the layouts of the paper's data sets: every row makes
// sense, what it would cost is said, and some of its tables really run.
#include <nlohmann/json.hpp>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/error.h"
#include "relprompt/experiments.h"

#include "experiments/plan.h"
#include "paper_sets.h"
#include "test_support.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const fs::path kConfigs = fs::path(RELPROMPT_SOURCE_DIR) / "configs";

class PaperTables : public testing::Test {
 protected:
  PaperTables() { test::write_paper_sets(folder_.path()); }

  ExperimentSettings settings() const {
    ExperimentSettings settings;
    settings.config = kConfigs / "paper/tables.yaml";
    settings.clip = folder_ / "clip";
    settings.data = {
        {"voc", folder_ / "VOC2012"}, {"coco", folder_ / "COCO"}, {"context", folder_ / "VOC2010"}};
    settings.threads = 1;
    return settings;
  }
  static RunOutcome run(const ExperimentSettings& settings) {
    RunListener listener;
    return run_experiments(settings, listener);
  }
  /// The dry run's entry of a table.
  static json cost_of(const json& document, const std::string& key) {
    for (const auto& table : document["tables"]) {
      if (table["key"] == key) return table;
    }
    return {};
  }

  const test::TemporaryFolder folder_;
};

TEST_F(PaperTables, ADryRunSaysTheCostAndWritesNothing) {
  auto all = settings();
  all.dry_run = true;
  all.output = folder_ / "out";
  const auto outcome = run(all);
  EXPECT_TRUE(outcome.finished);
  EXPECT_FALSE(outcome.changed);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  const auto document = json::parse(outcome.json);
  const auto released = cost_of(document, "released-voc");
  EXPECT_EQ(released["updates"], 20000);
  EXPECT_EQ(released["training_images"], 160000);
  EXPECT_EQ(released["test_images"], 2);
  EXPECT_NEAR(released["hours"].get<double>(), (160000 * 1.28 + 2 * 1.1) / 3600, 1e-6);
  EXPECT_EQ(cost_of(document, "zero-shot-coco")["updates"], 80000);
  EXPECT_EQ(cost_of(document, "zero-shot-context")["updates"], 40000);
  // Of its six rows "RPM + LPM" and "LPM only" are in an earlier table, and one is not trained.
  EXPECT_EQ(cost_of(document, "table-4")["runs"], 4);
  EXPECT_EQ(cost_of(document, "table-4")["updates"], 60000);
  std::uint64_t updates = 0;
  for (const auto& table : document["tables"]) updates += table["updates"].get<std::uint64_t>();
  EXPECT_EQ(document["all"]["updates"], updates);
  EXPECT_THAT(outcome.summary,
              AllOf(HasSubstr("released-voc"), HasSubstr("20,000"), HasSubstr("160,000"), HasSubstr("56.9"),
                    HasSubstr("Pace: 1.28 s a training image"), Not(HasSubstr("Left out"))));
}

TEST_F(PaperTables, APaceAndTablesMayBeAskedFor) {
  auto some = settings();
  some.dry_run = true;
  some.only = {"released-voc"};
  some.pace = ExperimentPace{0.069, 0.05};
  some.data.resize(1);
  const auto outcome = run(some);  // without any folder
  const auto document = json::parse(outcome.json);
  ASSERT_EQ(document["tables"].size(), 1u);
  EXPECT_NEAR(document["all"]["hours"].get<double>(), (160000 * 0.069 + 2 * 0.05) / 3600, 1e-6);
  EXPECT_THAT(outcome.summary, AllOf(HasSubstr("0.069 s a training image"), HasSubstr("as asked for"),
                                     HasSubstr("rows on coco, context")));
}

TEST_F(PaperTables, RunOnFoldersInTheLayoutsOfTheSets) {
  auto some = settings();
  some.quick = true;
  some.only = {"released-voc", "released-voc-supervised", "released-coco-transductive", "zero-shot-context"};
  some.output = folder_ / "out";
  EXPECT_THAT(run(some).summary, HasSubstr("4 of 4 runs are finished"));
  const auto text = test::read_text(folder_ / "out/experiments.md");
  EXPECT_THAT(text, AllOf(HasSubstr("| row | S | paper S | U | paper U | hIoU | paper, VOC hIoU |"),
                          HasSubstr("| pAcc | paper pAcc |"), HasSubstr("| 92.7 |"), HasSubstr("| 94.6 |"),
                          HasSubstr("4 training and 2 test images of the data set `voc`")));
  const auto document = json::parse(test::read_text(folder_ / "out/experiments.json"));
  const auto& row = document["tables"][0]["rows"][0];
  EXPECT_TRUE(row["hiou"]["mean"].is_number());
  EXPECT_DOUBLE_EQ(row["paper_miou_unseen"].get<double>(), 0.782);
  // What is finished costs nothing more, and its pace is the one that counts.
  some.dry_run = true;
  const auto cost = json::parse(run(some).json);
  EXPECT_EQ(cost["all"]["finished"], 4);
  EXPECT_EQ(cost["all"]["updates"], 0);
  EXPECT_THAT(cost["pace"]["source"].get<std::string>(), HasSubstr("measured over the finished runs"));
}

TEST_F(PaperTables, RowsAreThePapersWithItsNumbers) {
  using namespace experiments;
  const auto paper = read_suite(kConfigs / "paper/tables.yaml", false);
  const auto world = read_suite(kConfigs / "world-tables.yaml", false);
  EXPECT_TRUE(paper.as_in_the_paper);
  // Both suites quote the same publication.
  std::size_t compared = 0;
  for (const auto& table : world.tables) {
    for (const auto& other : paper.tables) {
      if (table.key != other.key) continue;
      std::multiset<double> here, there;
      for (const auto& row : table.rows) there.insert(*row.reference);
      for (const auto& row : other.rows) here.insert(*row.reference);
      EXPECT_EQ(here, there) << table.key;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 10u);
  auto suite = paper;
  attach_data(suite, settings().data);
  for (auto& regime : suite.regimes) regime.clip.folder = folder_ / "clip";
  const auto plan = make_plan(suite, folder_ / "work");
  for (const auto& run : plan.runs) {
    const auto& config = run.config;
    EXPECT_EQ(config.train.best, config::BestRule::kNone) << run.label;
    EXPECT_EQ(config.data.held_out, 0) << run.label;
    EXPECT_EQ(config.normalisation, "imagenet") << run.label;
    EXPECT_TRUE(config.test.scales.empty()) << run.label;
  }
}

TEST_F(PaperTables, TheReleasedRunIsTheReleasedOne) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto facts = json::parse(test::read_text(shared / "released_settings.json"))["voc_zero_shot"];
  auto suite = experiments::read_suite(kConfigs / "paper/tables.yaml", false);
  const auto& row = suite.tables[0].rows[0];
  EXPECT_EQ(row.published.seen, facts["log"]["last"]["seen"].get<double>());
  EXPECT_EQ(row.published.unseen, facts["log"]["last"]["unseen"].get<double>());
  EXPECT_EQ(row.published.hiou, facts["log"]["last"]["hiou"].get<double>());
  experiments::attach_data(suite, settings().data);
  for (auto& regime : suite.regimes) regime.clip.folder = folder_ / "clip";
  const auto plan = experiments::make_plan(suite, folder_ / "work");
  const auto& config = plan.runs[plan.tables[0][0].runs[0]].config;
  EXPECT_EQ(config.train.batch, facts["batch"].get<std::size_t>());
  EXPECT_EQ(config.train.schedule.iterations, facts["iterations"].get<std::int64_t>());
  EXPECT_EQ(config.model.rpm.variant, model::Variant::kOfficial);
  EXPECT_EQ(config.model.rpm.visual_prompt_tokens, facts["visual_prompt_tokens"].get<std::int64_t>());
  EXPECT_LE(config.text.templates.size(), 1u);
  EXPECT_EQ(config.optimizer.rate, facts["rate"].get<double>());
  EXPECT_EQ(config.test.calibration, facts["calibration"].get<double>());
}

}  // namespace
}  // namespace relprompt
