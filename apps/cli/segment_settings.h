// A segment command line after all checks that need no model.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/segmenter.h"

#include "options_hub.h"
#include "options_output.h"
#include "options_shard.h"

namespace relprompt::cli {

struct SegmentSettings {
  std::vector<std::string> inputs;  ///< files, folders and globs
  ShardArguments list;              ///< a manifest instead of them
  std::optional<shards::Shard> shard;
  std::filesystem::path model;
  ModelOptions model_options;
  HubArguments hub;
  ClassList classes;
  TextOptions text;
  BackgroundOptions background;
  DecodeOptions decode;
  SegmentOptions protocol;   ///< zeros: the model's own
  std::string image_member;  ///< of tars: the extension of the image of a sample; empty: any image's
  int io_threads = 1;        ///< that read images ahead, and that write results
  OutputPlan plan;
  std::filesystem::path output;
  bool resume = false;
  bool json = false;
  bool quiet = false;
};

/// Segments all images. Images that cannot be read are reported at the end and do not stop the others; an
/// output that cannot be written does. Returns the exit status; throws Error for what stops everything.
int run_segment(const SegmentSettings& settings);

}  // namespace relprompt::cli
