// The options of `relprompt video`.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "options_classes.h"
#include "options_model.h"
#include "options_protocol.h"

namespace relprompt::cli {

/// What --save takes.
const std::vector<std::string>& video_kinds();

struct VideoArguments {
  std::string input, raw, reuse = "0", save = "overlay,labels-video,json,timeline", folder, truth;
  double fps = 0, smooth = 0, opacity = 0.5;
  bool live = false, flow = false, no_region_names = false, no_legend = false;
  bool resume = false, force = false, json = false, quiet = false;
  std::uint64_t every = 1, frames = 0;
  ModelArguments model;
  ClassArguments classes;
  ProtocolArguments protocol;

  void add_to(CLI::App& command);
};

}  // namespace relprompt::cli
