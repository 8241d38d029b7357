// Opening a raster: which samples become which colours, and what is said of it.
#pragma once

#include <memory>
#include <string>

#include "relprompt/blocks.h"
#include "relprompt/segmenter.h"

#include "raster/levels.h"
#include "raster/raster_table.h"
#include "raster_settings.h"

namespace relprompt::cli {

/// An opened raster and the colours that are made of it.
struct OpenedRaster {
  std::unique_ptr<raster::Source> source;
  raster::Colors colors;
  std::string sha256;  ///< over samples at look_places

  const raster::RasterFacts& facts() const { return source->facts(); }
};

/// Opens the raster and measures what its samples range over, where that is needed. Throws Error.
OpenedRaster open_raster(const RasterSettings& settings);

/// What all shards of the run share. The segmenter's classes are set.
raster::Job job_of(const RasterSettings& settings, const OpenedRaster& raster, const Segmenter& segmenter,
                   const BlockSegmenter& blocks);

/// Says what people should hear before hours of work.
void tell_of_raster(const RasterSettings& settings, const OpenedRaster& raster, const Segmenter& segmenter);

}  // namespace relprompt::cli
