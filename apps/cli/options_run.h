// The options that training and evaluation share: a config, what it leaves open, and what is shown.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "relprompt/training.h"

namespace relprompt::cli {

struct RunArguments {
  std::string config;
  std::vector<std::string> changes;
  std::string data, vocab, output, device;
  int threads = 0;
  bool json = false, quiet = false;

  /// `output_help` says what -o names.
  void add_to(CLI::App& command, const std::string& output_help);
  RunSettings resolve() const;
  /// Absent unless --threads is given.
  std::optional<int> threads_given() const;
};

}  // namespace relprompt::cli
