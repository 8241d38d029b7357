// An opened dataset of GDAL, and what it says of itself.
#pragma once

#include <memory>

#include <gdal.h>

#include "raster_gdal/errors.h"

namespace relprompt::raster_gdal {

struct CloseDataset {
  void operator()(void* dataset) const { GDALClose(dataset); }
};
using Dataset = std::unique_ptr<void, CloseDataset>;

/// What a raster states.
raster::RasterFacts facts_of(GDALDatasetH dataset);

/// The raster resampled to square pixels of the ground, computed as it is read; `from` must outlive it.
Answer resample(GDALDatasetH from, double resolution, Dataset& to);

}  // namespace relprompt::raster_gdal
