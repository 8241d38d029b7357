// The report of an evaluation, for people (Markdown) and for programs (JSON). Both carry the protocol: a
// number without it compares with nothing.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "relprompt/classes.h"

#include "eval/confusion.h"
#include "eval/image_scores.h"
#include "eval/protocol.h"

namespace relprompt::eval {

struct EvaluationReport {
  EvaluationReport(ClassList list, ProtocolStatement statement, ConfusionMatrix counts);

  ClassList classes;  ///< as many as the counts have, else the constructor throws Error(kBadArgument)
  ProtocolStatement protocol;
  ConfusionMatrix confusion;
  std::vector<std::string> skipped;  ///< images that could not be read
  std::vector<ImageScore> scores;    ///< of single images; empty if not asked for
};

/// Summary with every average, protocol statement, most confused pairs, and the classes sorted by label.
/// Scores are in percent, absent ones "-".
std::string report_markdown(const EvaluationReport& report);

/// {"protocol", "statement", "images", "skipped", "pixels": {"counted", "ignored"}, "headline": scores with
/// the protocol's average, "scores": {average: scores}, "most_frequent_class": scores, "classes": [...],
/// "worst_pairs": [...]}. Scores are fractions of 1, absent ones null; the split's are null without a split.
nlohmann::json report_json(const EvaluationReport& report);

/// Writes report.md and report.json, and image_scores.jsonl if there are scores, into a folder that is made
/// if needed. Each file appears whole or not at all. Throws Error: kNotWritable, kDiskFull.
void write_report(const EvaluationReport& report, const std::filesystem::path& folder);

/// Names of the report's files.
constexpr const char* kReportFile = "report.json";
constexpr const char* kMarkdownFile = "report.md";
constexpr const char* kImageScoresFile = "image_scores.jsonl";

/// How many confused pairs a report lists.
constexpr std::size_t kReportedPairs = 20;

}  // namespace relprompt::eval
