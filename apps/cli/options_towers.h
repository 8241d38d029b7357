// --heads and --activation: what a checkpoint may not say about its CLIP.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "relprompt/options.h"

namespace relprompt::cli {

struct TowerArguments {
  std::string heads, activation;

  void add_to(CLI::App& command, const std::string& group = "");
  /// Throws Error(kBadArgument) for what is no number of heads and no activation.
  TowerOptions resolve() const;
};

}  // namespace relprompt::cli
