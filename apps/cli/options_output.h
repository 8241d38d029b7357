// The options that say what is written where, and what a run tells about itself.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>

namespace relprompt::cli {

/// Which files each image gets.
struct OutputPlan {
  bool labels = false;
  bool palette = false;
  bool overlay = false;
  bool scores = false;
  bool report = false;  ///< STEM.json
  bool float32_scores = false;
};

struct OutputArguments {
  std::string folder;
  std::string save = "labels,overlay,json";
  std::string scores_type = "float16";
  bool resume = false;
  bool force = false;
  bool json = false;
  bool quiet = false;

  void add_to(CLI::App& command);
  /// Throws Error(kBadArgument).
  OutputPlan resolve() const;
  /// The folder in normal form, without a slash at its end.
  std::filesystem::path path() const;
};

}  // namespace relprompt::cli
