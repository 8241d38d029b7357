// The folders of a suite, kept to one suite and one process.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/suite.h"

namespace relprompt::experiments {

/// What the report and the mark of the work folder share, and the names of the files.
constexpr const char* kSuiteFormat = "relprompt experiments";
constexpr const char* kSuiteMark = "suite.json";
constexpr const char* kReportFile = "experiments.json";
constexpr const char* kMarkdownFile = "experiments.md";
constexpr const char* kSheetFile = "sheet.jpg";

/// Makes both folders, or checks that what is in them belongs to this suite. Throws Error: kNotWritable for
/// the tables or work of another suite (or of the same with and without `quick`), a file, or a work folder
/// that holds anything else; kUnreadable for a damaged mark. With `replace` both may be another suite's; its
/// mark in the work folder is replaced, its runs stay beside the new ones. `files`, the tables and images
/// to come, must be free or relprompt's own (base/own_files.h).
void claim(const std::filesystem::path& output, const std::filesystem::path& work, const Suite& suite,
           const std::vector<std::filesystem::path>& files, bool replace);

}  // namespace relprompt::experiments
