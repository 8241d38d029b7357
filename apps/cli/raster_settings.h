// A raster command line after all checks that need neither the model nor the raster.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "relprompt/classes.h"
#include "relprompt/segmenter.h"

#include "options_hub.h"
#include "raster/job.h"
#include "raster/levels.h"
#include "shards/shard.h"

namespace relprompt::cli {

struct RasterSettings {
  std::string input;  ///< whatever GDAL opens
  std::filesystem::path model;
  ModelOptions model_options;
  HubArguments hub;
  ClassList classes;
  TextOptions text;
  BackgroundOptions background;
  DecodeOptions decode;  ///< bands and range
  std::optional<raster::Percentiles> percentiles;
  std::optional<double> nodata;
  double resolution = 0;    ///< ground units; 0: the raster's own
  SegmentOptions protocol;  ///< zeros: the model's own
  int block = 2048;
  std::filesystem::path output;  ///< the label file
  raster::OutputFacts save;
  std::optional<shards::Shard> shard;
  int threads = 0;
  bool resume = false, json = false, quiet = false;
};

/// Labels a raster. Returns the exit status; throws Error.
int run_raster(const RasterSettings& settings);

}  // namespace relprompt::cli
