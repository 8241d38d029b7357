// The report for people. Names come from users and files, so they are escaped before they enter a table.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/printable.h"
#include "eval/metrics.h"
#include "eval/report.h"
#include "eval/worst_pairs.h"

namespace relprompt::eval {
namespace {

using Score = std::optional<double> Scores::*;

std::string percent(std::optional<double> score) {
  return score ? fmt::format("{:.2f}", *score * 100) : "-";
}

// As text, whatever it holds: no markup, no HTML, no end of a table cell, nothing hidden.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_[]<>&|#~$").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string title(const EvaluationReport& report, std::size_t label) {
  return label < report.classes.size() ? plain(report.classes.title(label)) : "(unknown)";
}

std::string summary(const EvaluationReport& report) {
  struct Row {
    const char* name;
    Score score;
    bool needs_split;
  };
  constexpr Row kRows[] = {{"mIoU", &Scores::miou, false},
                           {"mIoU, seen", &Scores::miou_seen, true},
                           {"mIoU, unseen", &Scores::miou_unseen, true},
                           {"hIoU", &Scores::hiou, true},
                           {"mAcc", &Scores::macc, false},
                           {"pAcc", &Scores::pacc, false}};
  const auto& seen = report.classes.seen;
  const Average headline = report.protocol.average;
  std::string head = "| score (%) |", rule = "|---|";
  std::vector<Scores> columns;
  for (const auto& [average, name] : kAverageWords) {
    head += fmt::format(" {}{} |", description_of(average), average == headline ? " (headline)" : "");
    rule += "---:|";
    columns.push_back(scores_of(report.confusion, seen, average));
  }
  columns.push_back(scores_of(most_frequent_class(report.confusion), seen, headline));
  std::string text = head + " most frequent class everywhere |\n" + rule + "---:|\n";
  for (const Row& row : kRows) {
    if (row.needs_split && seen.empty()) continue;
    text += fmt::format("| {} |", row.name);
    for (const Scores& scores : columns) text += fmt::format(" {} |", percent(scores.*row.score));
    text += "\n";
  }
  text += "| names averaged |";
  for (const Scores& scores : columns) text += fmt::format(" {} |", scores.names);
  return text + "\n";
}

std::string amount(const EvaluationReport& report) {
  std::string text = fmt::format("Images: {}. Pixels counted: {}, ignored: {}.", report.confusion.images(),
                                 report.confusion.pixels(), report.confusion.ignored());
  if (report.skipped.empty()) return text;
  text += fmt::format(" Images that could not be read and are in no score: {}.\n", report.skipped.size());
  constexpr std::size_t kListed = 20;
  for (std::size_t i = 0; i < report.skipped.size() && i < kListed; ++i) {
    text += fmt::format("\n- {}", plain(report.skipped[i]));
  }
  if (report.skipped.size() > kListed)
    text += fmt::format("\n- and {} more", report.skipped.size() - kListed);
  return text;
}

std::string pair_table(const EvaluationReport& report) {
  if (report.confusion.detail() != Detail::kPairs) {
    return fmt::format("Not kept for more than {} classes.\n", kMaxPairClasses);
  }
  const auto pairs = worst_pairs(report.confusion, kReportedPairs);
  if (pairs.empty()) return "None: no counted pixel is wrong.\n";
  std::string text = "| truth | predicted as | pixels | % of the truth's pixels |\n|---|---|---:|---:|\n";
  for (const ConfusedPair& pair : pairs) {
    text += fmt::format("| {} | {} | {} | {} |\n", title(report, pair.truth), title(report, pair.prediction),
                        pair.pixels, percent(pair.share));
  }
  return text;
}

std::string class_table(const EvaluationReport& report) {
  const auto& seen = report.classes.seen;
  std::string text = seen.empty() ? "| label | class |" : "| label | class | split |";
  text += " IoU (%) | accuracy (%) | pixels labelled | pixels predicted | both |\n";
  text += seen.empty() ? "|---:|---|" : "|---:|---|---|";
  text += "---:|---:|---:|---:|---:|\n";
  const auto scores = class_scores(report.confusion);
  for (std::size_t label = 0; label < scores.size(); ++label) {
    const ClassScore& score = scores[label];
    const char* split = seen.empty() ? "" : seen[label] ? " seen |" : " unseen |";
    text += fmt::format("| {} | {} |{} {} | {} | {} | {} | {} |\n", label, title(report, label), split,
                        percent(score.iou), percent(score.accuracy), score.pixels.truth,
                        score.pixels.prediction, score.pixels.intersection);
  }
  return text;
}

}  // namespace

std::string report_markdown(const EvaluationReport& report) {
  const ProtocolStatement& protocol = report.protocol;
  return fmt::format(
      "# Evaluation: {} {}\n\n{}\n{}\n\n## Protocol\n\n{}\n\n## Most confused pairs\n\n{}\n## Classes\n\n{}",
      plain(protocol.data_set), plain(protocol.split), summary(report), amount(report),
      plain(statement_of(protocol)), pair_table(report), class_table(report));
}

}  // namespace relprompt::eval
