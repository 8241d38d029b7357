// The options that say which model runs, and where.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "relprompt/segmenter.h"

#include "options_hub.h"
#include "options_towers.h"

namespace relprompt::cli {

struct ModelArguments {
  std::string model;
  std::string device = "cpu";
  std::string precision = "fp32";
  std::string vocab;
  int threads = 0;
  std::string head;
  bool training_free = false;
  TowerArguments towers;
  HubArguments hub;

  void add_to(CLI::App& command);
  /// Checks the values as far as possible without touching the model. Throws Error(kBadArgument).
  ModelOptions resolve() const;
  /// Has the model here, see HubArguments.
  void fetch(bool quiet) const { hub.fetch(model, quiet); }
};

/// The option --head of commands that run a CLIP without prompts.
void add_head(CLI::App& command, std::string& head, const std::string& group);

}  // namespace relprompt::cli
