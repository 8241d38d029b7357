// Reading suites: what their keys become, and what is refused.
#include "experiments/suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "test_support.h"
#include "tiny_experiments.h"

namespace relprompt::experiments {
namespace {

using testing::ElementsAre;

class ReadSuite : public testing::Test {
 protected:
  Suite read(const std::string& more = "", bool quick = false) const {
    test::write_tiny_experiments(folder_.path(), more);
    return read_suite(folder_ / "suite.yaml", quick);
  }
  /// A suite of these lines alone.
  Suite plain(const std::string& yaml) const {
    test::write_text(folder_ / "plain.yaml", yaml);
    return read_suite(folder_ / "plain.yaml", false);
  }

  test::TemporaryFolder folder_;
};

constexpr const char* kOneTable = "base: b.yaml\ntables: [{key: t, rows: [{name: r}]}]\n";

TEST_F(ReadSuite, TakesEveryKey) {
  const auto suite = read(
      "regimes:\n"
      "  - {key: other, title: Another, set: {train.batch: 2}, world: {scenes: 4, split: half},\n"
      "     clip: {set: {seed: 5}}}\n");
  EXPECT_EQ(suite.name, "suite");
  EXPECT_EQ(suite.title, "A tiny suite");
  EXPECT_EQ(suite.base, folder_ / "base.yaml");
  ASSERT_EQ(suite.tables.size(), 2u);
  EXPECT_EQ(suite.tables[0].rows[0].seeds, 2);
  EXPECT_EQ(suite.tables[0].rows[2].seeds, 1);
  EXPECT_FALSE(suite.tables[0].rows[2].trained);
  EXPECT_THAT(suite.tables[1].rows[1].changes, ElementsAre("loss.kind=\"softmax\""));
  ASSERT_EQ(suite.regimes.size(), 2u);
  const auto& other = suite.regimes[1];
  EXPECT_EQ(other.world.scenes, 4u);
  EXPECT_EQ(other.world.test, 6u);
  EXPECT_EQ(other.world.split, "half");
  EXPECT_TRUE(other.own_clip);
  EXPECT_EQ(other.clip.config, folder_ / "clip.yaml");
  EXPECT_THAT(other.clip.changes, ElementsAre("seed=5"));
  EXPECT_THAT(other.changes, ElementsAre("train.batch=2"));
  ASSERT_TRUE(suite.sheet.has_value());
  EXPECT_THAT(suite.sheet->rows, ElementsAre(1u, 0u));
}

TEST_F(ReadSuite, ARegimeMayBeOfAnotherConfigAndDataSet) {
  const auto suite = plain(
      "base: b.yaml\nset: {seed: 1}\ntables: [{key: t, rows: [{name: r}]}]\n"
      "regimes: [{key: images, base: images.yaml, data: streets, set: {train.batch: 2}}, {key: o}]\n");
  EXPECT_EQ(suite.regimes[1].base, folder_ / "images.yaml");
  EXPECT_EQ(suite.regimes[1].data, "streets");
  EXPECT_FALSE(suite.regimes[1].available());
  EXPECT_TRUE(suite.regimes[2].base.empty());
  EXPECT_TRUE(suite.regimes[0].available() && suite.regimes[2].available());
}

TEST_F(ReadSuite, TheClipOfARegimeChangesWhatTheSuiteChanged) {
  const auto suite = plain(
      "base: b.yaml\nclip: {config: c.yaml, set: {seed: 1, phases: {a: {iterations: 7}}}}\n"
      "regimes: [{key: other, title: O, clip: {set: {seed: 2, phases: {a: {size: 48}}}}}]\n"
      "tables: [{key: t, rows: [{name: r}]}]\n");
  EXPECT_THAT(suite.regimes[0].clip.changes, ElementsAre("phases.a.iterations=7", "seed=1"));
  EXPECT_THAT(suite.regimes[1].clip.changes,
              ElementsAre("phases.a.iterations=7", "seed=2", "phases.a.size=48"));
}

TEST_F(ReadSuite, ClipsMayBeFolders) {
  const auto suite = plain(
      "base: b.yaml\nclip: {folders: [one, two, three]}\nclips: 2\ntables: [{key: t, rows: [{name: r}]}]\n"
      "regimes: [{key: few, world: {split: few-seen}}, {key: own, clip: {folder: four}}]\n");
  EXPECT_EQ(suite.regimes[0].clips, 2);
  EXPECT_EQ(suite.regimes[0].clip.numbered(0).folder, folder_ / "one");
  EXPECT_EQ(suite.regimes[0].clip.numbered(1).folder, folder_ / "two");
  EXPECT_EQ(suite.regimes[1].clips, 2);
  EXPECT_EQ(suite.regimes[2].clips, 1);
  EXPECT_EQ(suite.regimes[2].clip.numbered(0).folder, folder_ / "four");
}

TEST_F(ReadSuite, RowsMayNameThePapersNumber) {
  const auto suite = plain(
      "base: b.yaml\ntables: [{key: t, rows: [{name: r, reference: 88.6}, {name: s}, {name: u, reference: "
      "0}]}]\n");
  EXPECT_EQ(suite.tables[0].rows[0].reference, 88.6);
  EXPECT_FALSE(suite.tables[0].rows[1].reference.has_value());
  EXPECT_EQ(suite.tables[0].rows[2].reference, 0);
  EXPECT_ERROR(plain("base: b.yaml\ntables: [{key: t, rows: [{name: r, reference: 886}]}]\n"),
               ErrorCode::kBadArgument, "'reference' should be a number from 0 to 100");
}

TEST_F(ReadSuite, RowsMayNameAllOfThePapersScores) {
  const auto row =
      plain("base: b.yaml\ntables: [{key: t, rows: [{name: r, reference: {seen: 93.1, hiou: 88.6}}]}]\n")
          .tables[0]
          .rows[0];
  EXPECT_EQ(row.published.seen, 93.1);
  EXPECT_EQ(row.reference, 88.6);
  EXPECT_FALSE(row.published.unseen.has_value());
  EXPECT_ERROR(plain("base: b.yaml\ntables: [{key: t, rows: [{name: r, reference: {sen: 9}}]}]\n"),
               ErrorCode::kBadArgument, "did you mean seen?");
}

TEST_F(ReadSuite, APaceIsStatedAsAWhole) {
  const auto suite = plain(
      "base: b.yaml\npace: {training: 1.5, test: 0.5, machine: mine}\ntables: [{key: t, rows: [{name: "
      "r}]}]\n");
  ASSERT_TRUE(suite.pace.has_value());
  EXPECT_EQ(suite.pace->training, 1.5);
  EXPECT_EQ(suite.pace->test, 0.5);
  EXPECT_EQ(suite.pace_machine, "mine");
  EXPECT_ERROR(plain("base: b.yaml\npace: {training: 1.5}\ntables: [{key: t, rows: [{name: r}]}]\n"),
               ErrorCode::kBadArgument, "'test'");
}

TEST_F(ReadSuite, QuickChangesRegimesWithABaseOfTheirOwnToo) {
  const std::string yaml =
      "base: b.yaml\nquick: {set: {train.iterations: 2}}\n"
      "regimes: [{key: r, base: c.yaml, data: d, set: {train.iterations: 9}}]\n"
      "tables: [{key: t, rows: [{name: r}]}]\n";
  EXPECT_THAT(plain(yaml).regimes[1].changes, ElementsAre("train.iterations=9"));
  test::write_text(folder_ / "suite.yaml", yaml);
  EXPECT_THAT(read_suite(folder_ / "suite.yaml", true).regimes[1].changes,
              ElementsAre("train.iterations=9", "train.iterations=2"));
}

TEST_F(ReadSuite, QuickChangesTheSuite) {
  const auto suite = read("", true);
  EXPECT_TRUE(suite.quick);
  EXPECT_EQ(suite.tables[0].rows[0].seeds, 1);
  EXPECT_THAT(suite.changes, ElementsAre("train.iterations=2"));
}

TEST_F(ReadSuite, QuickLeavesTablesOut) {
  const std::string yaml =
      "base: b.yaml\ntables:\n  - {key: a, rows: [{name: r}]}\n  - {key: b, quick: false, rows: [{name: "
      "r}]}\n";
  EXPECT_EQ(plain(yaml).tables.size(), 2u);
  EXPECT_EQ(read_suite(folder_ / "plain.yaml", true).tables.size(), 1u);
}

TEST_F(ReadSuite, RefusesMisspeltKeysAtEveryDepth) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"seed: 3\n", "did you mean seeds"},
      {"world: {scene: 3}\n", "did you mean scenes"},
      {"clip: {confg: x}\n", "did you mean config"},
      {"quick: {seed: 1}\n", "did you mean seeds"},
      {"regimes: [{key: a, word: {}}]\n", "did you mean world"},
      {"regimes: [{key: a, world: {sise: 32}}]\n", "did you mean size"}};
  for (const auto& [more, message] : wrong) {
    EXPECT_ERROR(plain(kOneTable + more), ErrorCode::kBadArgument, message);
  }
  EXPECT_ERROR(plain("base: b\ntables: [{key: t, rows: [{name: r, sets: {}}]}]\n"), ErrorCode::kBadArgument,
               "did you mean set");
  EXPECT_ERROR(plain("base: b\ntables: [{key: t, row: []}]\n"), ErrorCode::kBadArgument, "did you mean rows");
}

TEST_F(ReadSuite, RefusesWhatMakesNoSense) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"base: b\n", "has no tables"},
      {"tables: []\n", "'base' is missing"},
      {"base: b\ntables: [{key: t}]\n", "has no rows"},
      {"base: b\ntables: [{key: t, rows: {a: 1}}]\n", "should be a list"},
      {"base: b\ntables: [{key: t, rows: [{set: {}}]}]\n", "'name' is missing"},
      {"base: b\ntables: [{key: \"../t\", rows: [{name: r}]}]\n", "should be made of a-z"},
      {"base: b\ntables: [{key: t, rows: [{name: r}, {name: r}]}]\n", "two rows are called 'r'"},
      {"base: b\ntables: [{key: t, rows: [{name: r}]}, {key: t, rows: [{name: r}]}]\n", "occurs twice"},
      {"base: b\ntables: [{key: t, regimes: [few], rows: [{name: r}]}]\nregimes: [{key: fev}]\n",
       "did you mean fev"},
      {std::string(kOneTable) + "regimes: [{key: default}]\n", "occurs twice"},
      {std::string(kOneTable) + "regimes: [{key: a, data: b, world: {scenes: 3}}]\n",
       "takes the place of scenes"},
      {std::string(kOneTable) + "regimes: [{key: a, clip: {set: {seed: 1}}}]\n", "names one"},
      {std::string(kOneTable) + "world: {seed: 2, test_seed: 2}\n", "would hold training scenes"},
      {std::string(kOneTable) + "world: {split: halv}\n", "half"},
      {std::string(kOneTable) + "world: {min_objects: 3, max_objects: 2}\n", "objects"},
      {std::string(kOneTable) + "clip: {folder: a, config: b}\n", "would make another"},
      {std::string(kOneTable) + "clip: {folder: a, folders: [b]}\n", "are several"},
      {std::string(kOneTable) + "sheet: {table: u, rows: [r]}\n", "no table 'u'"},
      {std::string(kOneTable) + "sheet: {table: t, rows: [s]}\n", "no row 's'"},
      {std::string(kOneTable) + "set: 3\n", "'set'"}};
  for (const auto& [yaml, message] : wrong) {
    SCOPED_TRACE(yaml);
    EXPECT_ERROR(plain(yaml), ErrorCode::kBadArgument, message);
  }
}

}  // namespace
}  // namespace relprompt::experiments
