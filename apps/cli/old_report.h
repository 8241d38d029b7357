// What an earlier run left at the place of a STEM.json: decides about --resume and about replacing.
#pragma once

#include <filesystem>
#include <string>

namespace relprompt::cli {

enum class OldReport {
  kNone,           ///< nothing is there
  kSameSettings,   ///< same model, classes and protocol
  kOtherSettings,  ///< ours, but its results must not be mixed with this run's
  kForeign         ///< not written by this program, for instance annotations beside the photos
};

/// Looks at the file. @param settings RunFacts::settings of this run
OldReport old_report(const std::filesystem::path& path, const std::string& settings);

}  // namespace relprompt::cli
