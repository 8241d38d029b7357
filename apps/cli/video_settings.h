// A video command line after all checks that need no model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/segmenter.h"
#include "relprompt/video.h"

#include "options_hub.h"

namespace relprompt::cli {

/// What is saved of a video.
struct VideoPlan {
  bool overlay = true, labels_video = true, timeline = true, json = true;
  bool labels = false, frames = false;  ///< a PNG for each frame
  OverlayOptions drawing;
};

struct VideoSettings {
  std::string input;  ///< file, folder, pattern, device, or - for a pipe
  int raw_height = 0, raw_width = 0;
  double fps = 0;  ///< of inputs that state none; 0: not given
  bool live = false;
  std::uint64_t most_frames = 0;  ///< 0: all
  std::filesystem::path model;
  ModelOptions model_options;
  HubArguments hub;
  ClassList classes;
  TextOptions text;
  BackgroundOptions background;
  SegmentOptions protocol;  ///< zeros: the model's own
  FrameOptions frames;
  bool flow = false;
  std::uint64_t every = 1;
  VideoPlan plan;
  std::filesystem::path output;
  std::filesystem::path truth;  ///< folder of 000001.png, ...; empty: none
  bool resume = false, json = false, quiet = false;

  bool is_pipe() const { return input == "-"; }
  bool is_camera() const;
  /// Everything of this that decides the results beside model, classes and protocol, in words.
  std::string frame_rules() const;
};

/// Returns the exit status; throws Error for what stops everything.
int run_video(const VideoSettings& settings);

}  // namespace relprompt::cli
