#include "analysis/log_tables.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace relprompt::analysis {
namespace {

TEST(LogTables, ColumnsAreTheKeysInTheOrderOfTheirAppearance) {
  const std::string lines =
      "{\"event\":\"start\",\"images\":3}\n"
      "{\"event\":\"step\",\"iteration\":1,\"loss\":2.5,\"parts\":{\"dice\":1},\"time\":\"2026-11-29T05:40:"
      "12Z\"}\n"
      "{\"event\":\"step\",\"iteration\":2,\"loss\":null,\"parts\":{\"dice\":1,\"a, \\\"b\\\"\":3}}\n"
      "half a li";
  EXPECT_EQ(events_csv(lines, "step"),
            "iteration,time,loss,parts.dice,\"parts.a, \"\"b\"\"\"\n"
            "1,2026-11-29T05:40:12Z,2.5,1,\n"
            "2,,,1,3\n");
}

TEST(LogTables, NothingOfAKindThatIsNotThere) {
  EXPECT_EQ(events_csv("{\"event\":\"step\"}\n", "evaluation"), "");
}

TEST(LogTables, ForeignLogsHaveBoundedColumns) {
  std::string line = "{\"event\":\"step\"";
  for (int i = 0; i < 2000; ++i) line += ",\"k" + std::to_string(i) + "\":1";
  const auto table = events_csv(line + "}\n", "step");
  EXPECT_EQ(std::count(table.begin(), table.begin() + static_cast<std::ptrdiff_t>(table.find('\n')), ','),
            511);
}

}  // namespace
}  // namespace relprompt::analysis
