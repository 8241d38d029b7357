#include "experiments/rate_choice.h"

#include <algorithm>

#include <fmt/format.h>

namespace relprompt::experiments {

std::vector<std::string> rate_changes(const RateChoice& rates, double value) {
  return {fmt::format("optimizer.rate={:.6g}", value),
          fmt::format("optimizer.knowledge_rate={:.6g}", value * rates.knowledge_share)};
}

Suite rate_suite(const Suite& suite) {
  auto made = suite;
  made.tables.clear();
  made.sheet.reset();
  if (suite.rates.values.size() < 2) return made;
  Table table;
  table.key = "rates";
  table.title = "Learning rates";
  table.regimes = {0};
  for (auto& group : made.rates.groups) {
    for (const double value : suite.rates.values) {
      Row row;
      row.name = fmt::format("{} at {:.6g}", group.key, value);
      row.changes = rate_changes(suite.rates, value);
      row.changes.insert(row.changes.end(), group.changes.begin(), group.changes.end());
      table.rows.push_back(row);
    }
  }
  made.tables.push_back(table);
  return made;
}

void choose_rates(Suite& suite, const Plan& plan, const std::vector<std::optional<RunResult>>& results) {
  const auto& values = suite.rates.values;
  if (values.size() < 2) return assume_rates(suite);
  const auto& rows = plan.tables.front();
  for (std::size_t g = 0; g < suite.rates.groups.size(); ++g) {
    auto& group = suite.rates.groups[g];
    group.validation_hiou.clear();
    for (std::size_t v = 0; v < values.size(); ++v) {
      const auto& result = results[rows[g * values.size() + v].runs.front()];
      group.validation_hiou.push_back(result->validation.hiou.value_or(-1));
    }
    const auto& all = group.validation_hiou;
    group.chosen = values[static_cast<std::size_t>(std::max_element(all.begin(), all.end()) - all.begin())];
  }
}

void assume_rates(Suite& suite) {
  for (auto& group : suite.rates.groups) group.chosen = suite.rates.values.front();
}

std::string rates_text(const Suite& suite) {
  const auto& rates = suite.rates;
  if (rates.values.size() < 2) return "";
  std::string heads = "| validation hIoU |", rule = "|---|", lines;
  for (const double value : rates.values) {
    heads += fmt::format(" {:.6g} |", value);
    rule += "---|";
  }
  for (const auto& group : rates.groups) {
    lines += fmt::format("| {} |", group.key);
    for (std::size_t v = 0; v < rates.values.size(); ++v) {
      const double found = group.validation_hiou[v];
      const auto text = found < 0 ? std::string("diverged") : fmt::format("{:.1f}", found * 100);
      lines += rates.values[v] == group.chosen ? fmt::format(" **{}** |", text) : fmt::format(" {} |", text);
    }
    lines += "\n";
  }
  return fmt::format(
      "\n## Learning rates\n\nChosen for each method and loss by one run a value, with seed 0, on the "
      "validation part "
      "of `{}`; pixel knowledge has {:.6g} of it. The chosen one, in bold, is used in every "
      "regime.\n\n{}\n{}\n{}",
      suite.regimes.front().key, rates.knowledge_share, heads, rule, lines);
}

}  // namespace relprompt::experiments
