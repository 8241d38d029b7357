// The folders of a suite, kept to one suite, and the work that several processes share there.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/file_handle.h"
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

/// A run, a CLIP or a set of scenes that this process makes, so that another one in the same work folder
/// makes something else meanwhile. The operating system drops it with the process.
class WorkLock {
 public:
  /// Throws Error(kNotWritable) where the lock's file cannot be made.
  WorkLock(const std::filesystem::path& work, const std::string& name);
  /// False: another process has it.
  bool held() const { return static_cast<bool>(file_); }

 private:
  FileHandle file_;
};

}  // namespace relprompt::experiments
