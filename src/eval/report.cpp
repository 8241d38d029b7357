#include "eval/report.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/json_output.h"
#include "eval/metrics.h"
#include "eval/worst_pairs.h"

namespace relprompt::eval {
namespace {

using Json = nlohmann::json;

Json or_null(std::optional<double> value) {
  return value ? Json(*value) : Json();
}

Json json_of(const Scores& scores) {
  return {{"miou", or_null(scores.miou)},
          {"miou_seen", or_null(scores.miou_seen)},
          {"miou_unseen", or_null(scores.miou_unseen)},
          {"hiou", or_null(scores.hiou)},
          {"macc", or_null(scores.macc)},
          {"pacc", or_null(scores.pacc)},
          {"names", scores.names},
          {"names_seen", scores.names_seen},
          {"names_unseen", scores.names_unseen}};
}

Json classes_of(const EvaluationReport& report) {
  Json rows = Json::array();
  const auto scores = class_scores(report.confusion);
  for (std::size_t label = 0; label < scores.size(); ++label) {
    const ClassScore& score = scores[label];
    Json row = {{"label", label},
                {"name", report.classes.title(label)},
                {"names", report.classes.names[label]},
                {"iou", or_null(score.iou)},
                {"accuracy", or_null(score.accuracy)},
                {"intersection", score.pixels.intersection},
                {"truth", score.pixels.truth},
                {"prediction", score.pixels.prediction}};
    if (!report.classes.seen.empty()) row["seen"] = static_cast<bool>(report.classes.seen[label]);
    rows.push_back(std::move(row));
  }
  return rows;
}

// null where no pairs are kept; an unknown prediction is null.
Json pairs_of(const EvaluationReport& report) {
  if (report.confusion.detail() != Detail::kPairs) return nullptr;
  Json rows = Json::array();
  for (const ConfusedPair& pair : worst_pairs(report.confusion, kReportedPairs)) {
    const bool unknown = pair.prediction == report.confusion.classes();
    rows.push_back({{"truth", pair.truth},
                    {"prediction", unknown ? Json() : Json(pair.prediction)},
                    {"pixels", pair.pixels},
                    {"share", pair.share}});
  }
  return rows;
}

}  // namespace

EvaluationReport::EvaluationReport(ClassList list, ProtocolStatement statement, ConfusionMatrix counts)
    : classes(std::move(list)), protocol(std::move(statement)), confusion(std::move(counts)) {
  if (classes.size() == confusion.classes()) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("a report on {} classes cannot be made of the counts of {}", classes.size(),
                          confusion.classes()));
}

Json report_json(const EvaluationReport& report) {
  const auto& seen = report.classes.seen;
  Json scores = Json::object();
  for (const auto& [average, name] : kAverageWords) {
    scores[name] = json_of(scores_of(report.confusion, seen, average));
  }
  const Average average = report.protocol.average;
  return {{"protocol", to_json(report.protocol)},
          {"statement", statement_of(report.protocol)},
          {"images", report.confusion.images()},
          {"skipped", report.skipped},
          {"pixels", {{"counted", report.confusion.pixels()}, {"ignored", report.confusion.ignored()}}},
          {"headline", scores[name_of(kAverageWords, average)]},
          {"scores", scores},
          {"most_frequent_class", json_of(scores_of(most_frequent_class(report.confusion), seen, average))},
          {"classes", classes_of(report)},
          {"worst_pairs", pairs_of(report)}};
}

void write_report(const EvaluationReport& report, const std::filesystem::path& folder) {
  write_file(folder / kReportFile, json_text(report_json(report), 2) + "\n");
  write_file(folder / kMarkdownFile, report_markdown(report));
  if (!report.scores.empty()) write_file(folder / kImageScoresFile, to_json_lines(report.scores));
}

}  // namespace relprompt::eval
