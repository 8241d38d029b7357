// The folders of a suite, kept to one suite and one process.
#pragma once

#include <filesystem>
#include <string>

#include "experiments/suite.h"

namespace relprompt::experiments {

/// Keys that the report and the mark of the work folder share.
constexpr const char* kSuiteFormat = "relprompt experiments";
constexpr const char* kSuiteMark = "suite.json";
constexpr const char* kReportFile = "experiments.json";

/// Makes both folders, or checks that what is in them belongs to this suite. Throws Error: kNotWritable for
/// the tables or work of another suite (or of the same with and without `quick`), a file, or a work folder
/// that holds anything else; kUnreadable for a damaged mark.
void claim(const std::filesystem::path& output, const std::filesystem::path& work, const Suite& suite);

}  // namespace relprompt::experiments
