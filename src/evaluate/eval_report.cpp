#include "evaluate/eval_report.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "analysis/report_images.h"
#include "base/json_output.h"
#include "base/own_files.h"

namespace relprompt::evaluate {
namespace {

namespace fs = std::filesystem;

std::string percent(const std::optional<double>& score) {
  return score ? fmt::format("{:.1f}", *score * 100) : std::string("-");
}

std::string summary_of(const eval::EvaluationReport& report, const std::string& title,
                       const fs::path& folder) {
  const auto scores = eval::scores_of(report.confusion, report.classes.seen, report.protocol.average);
  std::string text = fmt::format("{}: mIoU {}", title, percent(scores.miou));
  if (scores.hiou) {
    text += fmt::format(", seen {}, unseen {}, hIoU {}", percent(scores.miou_seen),
                        percent(scores.miou_unseen), percent(scores.hiou));
  }
  return text + fmt::format(", pAcc {}, {} images; {}", percent(scores.pacc), report.confusion.images(),
                            (folder / eval::kMarkdownFile).string());
}

std::vector<ClassResult> results_of(const eval::EvaluationReport& report) {
  std::vector<ClassResult> results;
  const auto scores = eval::class_scores(report.confusion);
  for (std::size_t label = 0; label < scores.size(); ++label) {
    ClassResult result{report.classes.title(label), std::nullopt, scores[label].iou,
                       scores[label].pixels.truth};
    if (!report.classes.seen.empty()) result.seen = report.classes.seen[label];
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace

std::vector<fs::path> report_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const char* name :
       {eval::kReportFile, eval::kMarkdownFile, eval::kImageScoresFile, kConfusionFile, kSheetFile}) {
    files.push_back(folder / name);
  }
  return files;
}

RunOutcome write_outcome(const eval::EvaluationReport& report, const std::string& title,
                         const fs::path& folder) {
  if (report.scores.empty()) remove_own(folder / eval::kImageScoresFile);  // of another report
  eval::write_report(report, folder);
  analysis::write_confusion_png(folder / kConfusionFile, report.confusion, report.classes);
  RunOutcome outcome;
  outcome.finished = true;
  outcome.summary = summary_of(report, title, folder);
  outcome.json = json_text(eval::report_json(report));
  outcome.classes = results_of(report);
  return outcome;
}

}  // namespace relprompt::evaluate
