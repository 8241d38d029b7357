// --scales and --flip: several views of an image whose probabilities are averaged.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace relprompt::cli {

struct ViewArguments {
  std::string scales;
  bool flip = false;

  void add_to(CLI::App& command, const std::string& group);
  /// The scales; empty if none are given. Throws Error(kBadArgument).
  std::vector<double> scale_list() const;
  /// The same as changes of a config. Throws as scale_list does.
  std::vector<std::string> changes() const;
};

}  // namespace relprompt::cli
