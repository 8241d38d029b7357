// The log of a training run as tables for spreadsheets.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace relprompt::analysis {

/// The events of one kind ("step", "evaluation") of log.jsonl as comma-separated values: a column for every
/// key, in the order in which they first occur, those of an object named "parts.dice"; a row an event. Empty
/// where a value is null or absent. Lines that cannot be read are left out. Empty text if there is no such
/// event.
std::string events_csv(std::string_view lines, const std::string& kind);

/// Writes steps.csv and evaluations.csv beside log.jsonl in the folder of a run; each appears whole or not at
/// all. Throws Error: what base/read_file.h and base/atomic_file.h throw.
void write_log_tables(const std::filesystem::path& folder);

/// Their names.
inline constexpr const char* kStepTable = "steps.csv";
inline constexpr const char* kEvaluationTable = "evaluations.csv";

}  // namespace relprompt::analysis
