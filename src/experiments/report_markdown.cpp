#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "experiments/report.h"

namespace relprompt::experiments {
namespace {

/// "57.3 (55.0-59.1)"; "-" without a value.
std::string percent(const Spread& spread) {
  if (spread.count == 0) return "-";
  const auto mean = fmt::format("{:.1f}", spread.mean * 100);
  if (spread.count < 2) return mean;
  return fmt::format("{} ({:.1f}-{:.1f})", mean, spread.low * 100, spread.high * 100);
}

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > 0; place -= 3) {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

/// Text in a cell: a bar would end it.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

std::string runs_of(const RowSummary& row) {
  const auto failed = std::count_if(row.results.begin(), row.results.end(),
                                    [](const RunResult& result) { return !result.failure.empty(); });
  auto text = std::to_string(row.results.size());
  if (failed > 0) text += fmt::format(", {} diverged", failed);
  return text;
}

std::string line_of(const RowSummary& row, bool regimes) {
  return fmt::format("| {}{} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                     regimes ? cell(row.regime) + " | " : "", cell(row.name), percent(row.seen),
                     percent(row.unseen), percent(row.hiou),
                     row.gain ? fmt::format("{:+.1f}", *row.gain * 100) : "", percent(row.pacc),
                     percent(row.validation_hiou), grouped(row.trained_numbers),
                     row.seconds.count > 0 ? fmt::format("{:.0f}", row.seconds.mean) : "-", runs_of(row));
}

std::string table_text(const Table& table, const TableSummary& summary) {
  auto text = fmt::format("## {}\n\n", table.title);
  if (!table.paper.empty()) text += fmt::format("In the paper: {}.\n\n", table.paper);
  const bool regimes = table.regimes.size() > 1;
  text += fmt::format(
      "|{} row | S | U | hIoU | gain | pAcc | validation hIoU | trained numbers | seconds | runs |\n",
      regimes ? " regime |" : "");
  text += regimes ? "|---|" : "|";
  text += "---|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& row : summary.rows) text += line_of(row, regimes);
  text += fmt::format("\n![{}]({}.png)\n", table.title, table.key);
  if (!table.note.empty()) text += "\n" + table.note + (table.note.back() == '\n' ? "" : "\n");
  return text;
}

/// "300 updates of 16 scenes"; several if rows differ.
std::string budget(const Plan& plan) {
  std::set<std::string> budgets;
  for (const auto& run : plan.runs) {
    const auto& train = run.config.train;
    if (run.trained) {
      budgets.insert(fmt::format("{} updates of {} scenes", train.schedule.iterations, train.batch));
    }
  }
  if (budgets.size() == 1) return "every trained row has " + *budgets.begin();
  return fmt::format("rows differ ({}), see experiments.json", fmt::join(budgets, "; "));
}

std::string regime_text(const Plan& plan, std::size_t index) {
  const auto& regime = plan.suite.regimes[index];
  const auto& world = regime.world;
  auto text = fmt::format(
      "- `{}`: {}. CLIP: {}{}. {} training scenes of {} pixels (seed {}), {} more for validation, {} test "
      "scenes of "
      "seed {}; split `{}`.",
      regime.key, regime.title, plan.clips[index].origin(),
      plan.clips[index].ready() ? fmt::format(" (SHA-256 {}...)", plan.clips[index].hash().substr(0, 12))
                                : "",
      world.scenes, world.options.size, world.seed, world.validation, world.test, world.test_seed,
      world.split);
  if (!regime.changes.empty()) text += fmt::format(" Config: {}.", fmt::join(regime.changes, ", "));
  return text + "\n";
}

std::string protocol_text(const Plan& plan) {
  const auto& config = plan.runs.front().config;
  auto text = fmt::format(
      "## How it was measured\n\n"
      "Protocol `{}`, base config `{}`. Equal budgets: {}; data, order of the scenes, loss, schedule and "
      "code "
      "are equal unless the row's name says otherwise. The seed of a run decides starting values, order and "
      "noise. Nothing is chosen by the test scenes: the model measured is that after the last update, and "
      "the "
      "validation part, apart from training and test, is the one to choose settings by. Scores are the {}; "
      "calibration {}.\n\n"
      "S and U are the mIoU of seen and unseen classes, hIoU their harmonic mean, pAcc the share of pixels, "
      "all "
      "in percent: mean over the runs and, in brackets, the smallest and largest. \"gain\" is the hIoU above "
      "the table's first row, over common seeds. Seconds are those of training: the median pace times the "
      "updates.\n\n",
      eval::name_of(config.setting), plan.suite.base.filename().string(), budget(plan),
      eval::description_of(config.test.average), config.test.calibration);
  std::set<std::size_t> used;
  for (const auto& run : plan.runs) used.insert(run.regime);
  for (const auto index : used) text += regime_text(plan, index);
  return text;
}

}  // namespace

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
