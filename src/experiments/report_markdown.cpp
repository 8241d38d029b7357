#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "experiments/conclusion.h"
#include "experiments/rate_choice.h"
#include "experiments/report.h"
#include "experiments/report_parts.h"

namespace relprompt::experiments {

std::string report_markdown(const Plan& plan, const std::vector<TableSummary>& tables, bool sheet) {
  const auto& suite = plan.suite;
  auto text = fmt::format("# {}{}\n\n", suite.title, suite.quick ? " (quick)" : "");
  text += fmt::format("Written by `relprompt experiments {}{}`.", suite.name + ".yaml",
                      suite.quick ? " --quick" : "");
  if (suite.quick) text += " So few updates and seeds show that everything runs, not which row is better.";
  text += "\n\n";
  if (!suite.introduction.empty()) text += suite.introduction + "\n\n";
  const auto conclusion = conclusion_text(suite.conclusion, numbers_of(suite, tables), "the whole");
  if (!conclusion.empty()) text += conclusion + "\n";
  text += protocol_text(plan, tables);
  text += rates_text(suite);
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < suite.tables.size(); ++i) {
    const auto& table = suite.tables[i];
    const auto summary = std::find_if(tables.begin(), tables.end(),
                                      [&](const TableSummary& candidate) { return candidate.table == i; });
    const auto left_out = left_out_text(suite, table);
    if (summary != tables.end()) {
      text += "\n" + table_text(suite, table, *summary, comparisons(tables));
      const auto found = conclusion_text(table.conclusion, numbers_of(suite, *summary), "this table");
      if (!found.empty()) text += "\n" + found;
      if (!left_out.empty()) text += "\n" + left_out;
    } else if (plan.tables[i].empty()) {
      text += fmt::format("\n## {}\n\n{}", table.title, left_out);
    } else {
      missing.push_back(table.title);
    }
  }
  if (sheet) text += "\n## Test scenes\n\n![Scenes, truth and label maps](sheet.jpg)\n";
  if (!missing.empty()) text += fmt::format("\nNot run yet: {}.\n", fmt::join(missing, "; "));
  return text;
}

}  // namespace relprompt::experiments
