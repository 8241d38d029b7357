// The options that say how an image is cut, scored and labelled.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/segmenter.h"

#include "options_views.h"

namespace relprompt::cli {

struct ProtocolArguments {
  int short_side = 0;
  std::string window;
  int stride = 0;
  int batch = 0;
  std::string seen;
  float calibration = 0.1f;
  std::vector<std::string> unknown;
  float logit_scale = 0;
  std::string mean;
  std::optional<float> min_area;
  std::string refine;
  ViewArguments views;
  std::uint64_t max_pixels = SegmentOptions().max_pixels;

  void add_to(CLI::App& command);
  /// Zeros stay zeros: the model fills them in. Throws Error(kBadArgument).
  SegmentOptions resolve(const ClassList& classes) const;

 private:
  CLI::Option* seen_option_ = nullptr;
};

}  // namespace relprompt::cli
