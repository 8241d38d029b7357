#include "experiments/rate_choice.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

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
    if (group.stated) continue;
    for (const double value : suite.rates.values) {
      Row row;
      row.name = fmt::format("{} at {:.6g}", group.key, value);
      row.changes = rate_changes(suite.rates, value);
      row.changes.insert(row.changes.end(), group.changes.begin(), group.changes.end());
      table.rows.push_back(row);
    }
  }
  if (!table.rows.empty()) made.tables.push_back(table);
  return made;
}

void choose_rates(Suite& suite, const Plan& plan, const std::vector<std::optional<RunResult>>& results) {
  const auto& values = suite.rates.values;
  if (values.size() < 2) return assume_rates(suite);
  auto row = plan.tables.front().begin();  // group after group, value after value
  for (auto& group : suite.rates.groups) {
    group.chosen = group.stated;
    if (group.stated) continue;
    group.validation_hiou.clear();
    for (std::size_t v = 0; v < values.size(); ++v, ++row) {
      const auto& result = results[row->runs.front()];
      group.validation_hiou.push_back(result->validation.hiou.value_or(-1));
    }
    const auto& all = group.validation_hiou;
    group.chosen = values[static_cast<std::size_t>(std::max_element(all.begin(), all.end()) - all.begin())];
  }
}

void assume_rates(Suite& suite) {
  for (auto& group : suite.rates.groups) group.chosen = group.stated.value_or(suite.rates.values.front());
}

namespace {

/// A group's validation hIoU by value; where its rate is stated, that in the first cell.
std::string cells_of(const RateGroup& group, const std::vector<double>& values) {
  std::string cells;
  for (std::size_t v = 0; v < values.size(); ++v) {
    std::string text;
    if (group.stated) {
      text = v == 0 ? fmt::format("{:.6g}, stated", *group.stated) : "";
    } else if (group.validation_hiou[v] < 0) {
      text = "diverged";
    } else {
      text = fmt::format("{:.1f}", group.validation_hiou[v] * 100);
    }
    const bool chosen = !group.stated && values[v] == group.chosen;
    cells += chosen ? fmt::format(" **{}** |", text) : fmt::format(" {} |", text);
  }
  return cells;
}

}  // namespace

std::string rates_text(const Suite& suite) {
  const auto& rates = suite.rates;
  if (rates.values.size() < 2) return "";
  std::vector<std::string> stated;
  for (const auto& group : rates.groups)
    if (group.stated) stated.push_back(fmt::format("{} {:.6g}", group.key, *group.stated));
  if (stated.size() == rates.groups.size()) {
    return fmt::format(
        "\n## Learning rates\n\nAs the suite states them, chosen elsewhere: {}; pixel knowledge has {:.6g} "
        "of "
        "it.\n",
        fmt::join(stated, ", "), rates.knowledge_share);
  }
  std::string heads = "| validation hIoU |", rule = "|---|", lines;
  for (const double value : rates.values) {
    heads += fmt::format(" {:.6g} |", value);
    rule += "---|";
  }
  for (const auto& group : rates.groups) {
    lines += fmt::format("| {} |{}\n", group.key, cells_of(group, rates.values));
  }
  return fmt::format(
      "\n## Learning rates\n\nChosen for each method and loss by one run a value, with seed 0, on the "
      "validation part of `{}`; pixel knowledge has {:.6g} of it. The chosen one, in bold, is used in every "
      "regime.\n\n{}\n{}\n{}",
      suite.regimes.front().key, rates.knowledge_share, heads, rule, lines);
}

}  // namespace relprompt::experiments
