// Rasters that are written.
#pragma once

#include <memory>

#include "raster_gdal/errors.h"

namespace relprompt::raster_gdal {

Answer create_target(const raster::TargetFacts& facts, std::unique_ptr<raster::Target>& target);

}  // namespace relprompt::raster_gdal
