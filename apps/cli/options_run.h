// The options of long runs: those that all of them share, and those of training and evaluation, a config and
// what it leaves open.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/training.h"

namespace relprompt::cli {

/// --threads, --json and -q.
struct RunSwitches {
  int threads = 0;
  bool json = false, quiet = false;

  /// `json_help` says what --json prints.
  void add_to(CLI::App& command, const std::string& json_help);
  /// Absent unless --threads is given.
  std::optional<int> threads_given() const;
};

struct RunArguments : RunSwitches {
  std::string config;
  std::vector<std::string> changes;
  std::string data, vocab, output, device;
  bool force = false;

  /// `output_help` says what -o names, `replaced` what --force replaces.
  void add_to(CLI::App& command, const std::string& output_help, const std::string& replaced);
  RunSettings resolve() const;
};

}  // namespace relprompt::cli
