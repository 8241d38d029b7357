#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

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
  text += protocol_text(plan);
  std::set<std::size_t> shown;
  for (const auto& summary : tables) {
    text += "\n" + table_text(suite.tables[summary.table], summary);
    shown.insert(summary.table);
  }
  if (sheet) text += "\n## Test scenes\n\n![Scenes, truth and label maps](sheet.jpg)\n";
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < suite.tables.size(); ++i) {
    if (shown.count(i) == 0) missing.push_back(suite.tables[i].title);
  }
  if (!missing.empty()) text += fmt::format("\nNot run yet: {}.\n", fmt::join(missing, "; "));
  return text;
}

}  // namespace relprompt::experiments
