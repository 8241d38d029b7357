// Conclusions are printed over the numbers that they were drawn from, and over no others.
#include "experiments/conclusion.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::experiments {
namespace {

using nlohmann::json;

Suite suite_of(const std::vector<std::string>& keys) {
  Suite suite;
  for (const auto& key : keys) {
    suite.tables.emplace_back();
    suite.tables.back().key = key;
  }
  return suite;
}

TableSummary table_of(double hiou) {
  TableSummary table;
  table.rows.emplace_back();
  table.rows[0].name = "RPN";
  table.rows[0].regime = "default";
  table.rows[0].hiou = spread_of({hiou, hiou + 0.01});
  return table;
}

TEST(Conclusion, NumbersAreThoseThatAReaderSees) {
  const Suite suite = suite_of({"a", "b"});
  EXPECT_EQ(numbers_of(suite, table_of(0.5)), numbers_of(suite, table_of(0.50001))) << "rounded";
  EXPECT_NE(numbers_of(suite, table_of(0.5)), numbers_of(suite, table_of(0.501)));
  auto other = table_of(0.5);
  other.rows[0].name = "LPM";
  EXPECT_NE(numbers_of(suite, table_of(0.5)), numbers_of(suite, other));
  auto second = table_of(0.5);
  second.table = 1;
  EXPECT_NE(numbers_of(suite, table_of(0.5)), numbers_of(suite, second));
  EXPECT_NE(numbers_of(suite, std::vector<TableSummary>{table_of(0.5)}),
            numbers_of(suite, std::vector<TableSummary>{table_of(0.5), second}))
      << "some of the tables are not all";
}

TEST(Conclusion, IsLeftOutOverOtherNumbers) {
  EXPECT_EQ(conclusion_text({"12ab", "It works."}, "12ab", "the whole"), "It works.\n");
  const auto other = conclusion_text({"12ab", "It works."}, "34cd", "the whole");
  EXPECT_EQ(other,
            "The suite's conclusion on the whole was drawn from other numbers than these and is left out.\n");
  EXPECT_EQ(conclusion_text({}, "34cd", "the whole"), "");
}

/// A table as experiments.json has it.
TableSummary read_table(const json& table, std::size_t number) {
  TableSummary summary;
  summary.table = number;
  for (const auto& row : table["rows"]) {
    summary.rows.emplace_back();
    RowSummary& read = summary.rows.back();
    read.name = row["name"];
    read.regime = row["regime"];
    const auto spread = [&](const char* key) {
      Spread found;
      if (row[key].is_null()) return found;
      found.count = 1;
      found.mean = row[key]["mean"];
      found.low = row[key]["min"];
      found.high = row[key]["max"];
      return found;
    };
    read.miou = spread("miou");
    read.seen = spread("miou_seen");
    read.unseen = spread("miou_unseen");
    read.hiou = spread("hiou");
    read.pacc = spread("pacc");
  }
  return summary;
}

TEST(Conclusion, ThoseThatTheProjectShipsAreOverTheNumbersInItsDocuments) {
  const std::filesystem::path root = RELPROMPT_SOURCE_DIR;
  const auto document = json::parse(test::read_text(root / "docs/measurements/experiments/experiments.json"));
  const Suite suite = read_suite(root / "configs/world-methods.yaml", false);
  ASSERT_EQ(document["tables"].size(), suite.tables.size());
  std::vector<TableSummary> tables;
  for (std::size_t i = 0; i < suite.tables.size(); ++i) {
    const json& table = document["tables"][i];
    ASSERT_EQ(table["key"], suite.tables[i].key);
    tables.push_back(read_table(table, i));
    const auto numbers = numbers_of(suite, tables.back());
    EXPECT_EQ(table["numbers"], numbers);
    if (suite.tables[i].conclusion.text.empty()) continue;
    EXPECT_EQ(suite.tables[i].conclusion.numbers, numbers) << suite.tables[i].key;
  }
  EXPECT_EQ(document["numbers"], numbers_of(suite, tables));
  EXPECT_EQ(suite.conclusion.numbers, numbers_of(suite, tables));
}

}  // namespace
}  // namespace relprompt::experiments
