// The end of an evaluation: its report on disk, and what the caller is told.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/training.h"

#include "eval/report.h"

namespace relprompt::evaluate {

inline constexpr const char* kConfusionFile = "confusion.png";
inline constexpr const char* kSheetFile = "sheet.png";

/// Everything that a report in this folder may consist of.
std::vector<std::filesystem::path> report_files(const std::filesystem::path& folder);

/// Writes report.md, report.json, confusion.png, and image_scores.jsonl if there are scores: one of an older
/// report is removed. `title` is what the summary calls it. Throws Error: kNotWritable, kDiskFull.
RunOutcome write_outcome(const eval::EvaluationReport& report, const std::string& title,
                         const std::filesystem::path& folder);

}  // namespace relprompt::evaluate
