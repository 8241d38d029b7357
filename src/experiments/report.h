// The tables of a suite, for people and for programs, and the images beside them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "experiments/plan.h"
#include "experiments/summary.h"

namespace relprompt::experiments {

/// experiments.md: how everything was measured, then each table with its chart. Scores are in percent: mean
/// and, in brackets, smallest to largest of several seeds. `sheet` says whether there is sheet.jpg.
std::string report_markdown(const Plan& plan, const std::vector<TableSummary>& tables, bool sheet);

/// experiments.json: {"format", "suite", "quick", "numbers", "protocol": {...}, "regimes": [...], "tables":
/// [{"key", "title", "numbers", "rows": [{"name", "regime", "clips", "seeds", "iterations", "miou_seen":
/// {"mean", "min", "max", "deviation", "values"},
/// ..., "paper_hiou"}], "order_as_in_the_paper": {REGIME: {"pairs", "same", "undecided", "same_decided"}}}]}.
/// Scores are fractions of 1.
nlohmann::ordered_json report_json(const Plan& plan, const std::vector<TableSummary>& tables);

/// KEY.png, the chart of a table.
std::filesystem::path chart_file(const std::filesystem::path& folder, const Table& table);

/// The charts of all tables: each row's seen, unseen and harmonic mean IoU with its range over the seeds.
/// Throws Error: kNotWritable, kDiskFull.
void write_charts(const Plan& plan, const std::vector<TableSummary>& tables,
                  const std::filesystem::path& folder);

/// sheet.jpg: test scenes with their truth and the label maps of the suite's chosen rows, seed 0; false if
/// the suite has no sheet or one of the rows is not finished. Throws Error: as evaluate_model; kNotWritable,
/// kDiskFull.
bool write_sheet(const Plan& plan, const std::vector<std::optional<RunResult>>& results,
                 const std::filesystem::path& work, const std::filesystem::path& folder);

}  // namespace relprompt::experiments
