#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/printable.h"
#include "experiments/rank_order.h"
#include "experiments/report_parts.h"

namespace relprompt::experiments {
namespace {

constexpr double kConfidence = 0.95;
/// With fewer a table describes and does not decide.
constexpr std::size_t kDecidingClips = 2, kDecidingSeeds = 5;

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

/// Text in a cell: a bar or a line break would end it, and '<' would start HTML.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : printable(text)) {
    if (c == '|' || c == '<') result += '\\';
    result += c;
  }
  return result;
}

/// "+13.3 (12.1 to 14.5)*": with a star if it also holds among so many comparisons.
std::string gain_text(const RowSummary& row, std::size_t comparisons) {
  const auto gain = row.gain();
  if (!gain) return "";
  auto text = fmt::format("{:+.1f}", *gain * 100);
  const auto interval = mean_interval(row.gains, kConfidence);
  if (!interval) return text;
  text += fmt::format(" ({:.1f} to {:.1f})", interval->low * 100, interval->high * 100);
  const auto strict = mean_interval(row.gains, 1 - (1 - kConfidence) / static_cast<double>(comparisons));
  return strict->holds_zero() ? text : text + "\\*";
}

std::string runs_of(const RowSummary& row) {
  const auto failed = std::count_if(row.results.begin(), row.results.end(),
                                    [](const RunResult& result) { return !result.failure.empty(); });
  std::set<std::size_t> clips;
  for (const auto& key : row.keys) clips.insert(key.first);
  auto text = std::to_string(row.results.size());
  if (clips.size() > 1) text += fmt::format(" on {} CLIPs", clips.size());
  if (failed > 0) text += fmt::format(", {} diverged", failed);
  return text;
}

struct Column {
  const char* heading;
  std::function<std::string(const RowSummary&)> text;
};

/// True for tables on data sets alone, whose validation is a part of the training images without unseen
/// classes.
bool held_out_only(const TableSummary& summary) {
  const auto none = [](const RowSummary& row) { return row.validation_hiou.count == 0; };
  const auto some = [](const RowSummary& row) { return row.validation_miou.count > 0; };
  return std::all_of(summary.rows.begin(), summary.rows.end(), none) &&
         std::any_of(summary.rows.begin(), summary.rows.end(), some);
}

bool any_row(const TableSummary& summary, bool (*has)(const RowSummary&)) {
  return std::any_of(summary.rows.begin(), summary.rows.end(), has);
}

/// What forgetting and a calibration of one's own make of the scores.
void add_unseen_columns(const TableSummary& summary, std::vector<Column>& columns) {
  if (!any_row(summary, [](const RowSummary& row) { return row.unseen_over_seen.count > 0; })) return;
  columns.push_back({"U/S", [](const auto& row) {
                       return row.unseen_over_seen.count > 0
                                  ? fmt::format("{:.2f}", row.unseen_over_seen.mean)
                                  : std::string("-");
                     }});
  if (!any_row(summary, [](const RowSummary& row) { return row.calibrated_hiou.count > 0; })) return;
  columns.push_back({"calibrated hIoU", [](const auto& row) { return percent(row.calibrated_hiou); }});
  columns.push_back({"calibration", [](const auto& row) {
                       return row.calibration.count > 0 ? fmt::format("{:.2f}", row.calibration.mean)
                                                        : std::string("-");
                     }});
}

/// The column of a score that the paper states for some row, right of ours.
void add_published(const TableSummary& summary, const char* heading,
                   std::optional<double> PaperScores::*score, std::vector<Column>& columns) {
  const bool any = std::any_of(summary.rows.begin(), summary.rows.end(),
                               [&](const RowSummary& row) { return (row.published.*score).has_value(); });
  if (!any) return;
  columns.push_back({heading, [score](const RowSummary& row) {
                       const auto& value = row.published.*score;
                       return value ? fmt::format("{:.1f}", *value) : std::string("-");
                     }});
}

std::vector<Column> columns_of(const Suite& suite, const Table& table, const TableSummary& summary,
                               std::size_t comparisons) {
  std::vector<Column> columns;
  if (table.regimes.size() > 1)
    columns.push_back({"regime", [](const auto& row) { return cell(row.regime); }});
  columns.push_back({"row", [](const auto& row) { return cell(row.name); }});
  if (has_supervised_rows(summary)) {
    columns.push_back({"mIoU", [](const auto& row) { return percent(row.miou); }});
    add_published(summary, "paper mIoU", &PaperScores::miou, columns);
  }
  columns.push_back({"S", [](const auto& row) { return percent(row.seen); }});
  add_published(summary, "paper S", &PaperScores::seen, columns);
  columns.push_back({"U", [](const auto& row) { return percent(row.unseen); }});
  add_published(summary, "paper U", &PaperScores::unseen, columns);
  columns.push_back({"hIoU", [](const auto& row) { return percent(row.hiou); }});
  add_published(summary, suite.as_in_the_paper ? "paper hIoU" : "paper, VOC hIoU", &PaperScores::hiou,
                columns);
  columns.push_back(
      {"gain (95% interval)", [comparisons](const auto& row) { return gain_text(row, comparisons); }});
  add_unseen_columns(summary, columns);
  columns.push_back({"pAcc", [](const auto& row) { return percent(row.pacc); }});
  add_published(summary, "paper pAcc", &PaperScores::pacc, columns);
  if (held_out_only(summary)) {
    columns.push_back({"held-out mIoU", [](const auto& row) { return percent(row.validation_miou); }});
  } else {
    columns.push_back({"validation hIoU", [](const auto& row) { return percent(row.validation_hiou); }});
  }
  columns.push_back(
      {"trainable parameters", [](const auto& row) { return grouped(row.trained_parameters); }});
  columns.push_back({"seconds", [](const auto& row) {
                       return row.seconds.count > 0 ? fmt::format("{:.0f}", row.seconds.mean)
                                                    : std::string("-");
                     }});
  columns.push_back({"runs", runs_of});
  return columns;
}

std::string rows_text(const std::vector<Column>& columns, const TableSummary& summary) {
  std::string heads = "|", rule = "|", lines;
  for (const auto& column : columns) {
    heads += fmt::format(" {} |", column.heading);
    rule += "---|";
  }
  for (const auto& row : summary.rows) {
    lines += "|";
    for (const auto& column : columns) lines += fmt::format(" {} |", column.text(row));
    lines += "\n";
  }
  return heads + "\n" + rule + "\n" + lines;
}

/// A sentence for each regime whose rows have numbers of the paper.
std::string orders_text(const Table& table, const TableSummary& summary) {
  std::string text;
  std::vector<std::string> regimes;
  for (const auto& row : summary.rows) {
    if (regimes.empty() || regimes.back() != row.regime) regimes.push_back(row.regime);
  }
  for (const auto& regime : regimes) {
    const auto sentence = order_sentence(ranked_rows(summary, regime));
    if (sentence.empty()) continue;
    text += fmt::format("\n{}{}\n", table.regimes.size() > 1 ? "`" + regime + "`: " : "", sentence);
  }
  return text;
}

/// By layer, for rows of which it was measured.
std::string updates_text(const TableSummary& summary) {
  std::string text;
  for (const auto& row : summary.rows) {
    if (row.m2oe_updates.empty()) continue;
    std::vector<std::string> layers;
    for (const double update : row.m2oe_updates) layers.push_back(fmt::format("{:.2f}%", update * 100));
    text += fmt::format("{}{}{}: {}", text.empty() ? "" : "; ",
                        summary.rows.front().regime == row.regime ? "" : row.regime + ", ", row.name,
                        fmt::join(layers, ", "));
  }
  if (text.empty()) return "";
  return fmt::format("\nChange of the patches by M2oE, layer by layer, relative to their norm: {}.\n", text);
}

/// Fewer CLIPs or seeds than a decision takes.
std::string descriptive_text(const TableSummary& summary) {
  std::size_t clips = kDecidingClips, seeds = kDecidingSeeds;
  for (const auto& row : summary.rows) {
    if (row.iterations == 0) continue;
    std::set<std::size_t> of_clip;
    std::set<std::uint64_t> of_seed;
    for (const auto& key : row.keys) of_clip.insert(key.first), of_seed.insert(key.second);
    clips = std::min(clips, of_clip.size()), seeds = std::min(seeds, of_seed.size());
  }
  if (clips >= kDecidingClips && seeds >= kDecidingSeeds) return "";
  return fmt::format(
      "\nDescriptive: some rows have {} CLIP{} and {} seed{} only, so their intervals say nothing of other "
      "CLIPs.\n",
      clips, clips == 1 ? "" : "s", seeds, seeds == 1 ? "" : "s");
}

}  // namespace

std::string left_out_text(const Suite& suite, const Table& table) {
  std::vector<std::string> regimes;
  std::set<std::string> data;
  for (const auto index : table.regimes) {
    const auto& regime = suite.regimes[index];
    if (regime.available()) continue;
    regimes.push_back("`" + regime.key + "`");
    data.insert(regime.data);
  }
  if (regimes.empty()) return "";
  return fmt::format(
      "Left out, as their data set was not given: {}. The same command with `--data {}=DIR`, DIR being the "
      "folder of "
      "the set, adds these rows.\n",
      fmt::join(regimes, ", "), fmt::join(data, "=DIR --data "));
}

std::string table_text(const Suite& suite, const Table& table, const TableSummary& summary,
                       std::size_t comparisons) {
  auto text = fmt::format("## {}\n\n", table.title);
  if (!table.paper.empty()) text += fmt::format("In the paper: {}.\n\n", table.paper);
  text += rows_text(columns_of(suite, table, summary, comparisons), summary);
  text += fmt::format("\n![{}]({}.png)\n", table.title, table.key);
  text += orders_text(table, summary) + updates_text(summary) + descriptive_text(summary);
  if (!table.note.empty()) text += "\n" + table.note + (table.note.back() == '\n' ? "" : "\n");
  return text;
}

}  // namespace relprompt::experiments
