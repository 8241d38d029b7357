// The options that say what is written where, and what a run tells about itself.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/options.h"

namespace relprompt::cli {

/// What is saved.
struct OutputPlan {
  std::vector<std::string> formats;  ///< of relprompt/output.h, in its order, each once
  OutputOptions options;
  bool float32_scores = false;

  bool has(const std::string& format) const;
};

struct OutputArguments {
  std::string folder;
  std::string save = "labels,overlay,json";
  std::string scores_type = "float16";
  double simplify = 0;
  std::uint64_t min_polygon = 0;
  double opacity = 0.5;
  bool no_region_names = false;
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
