// Rasters that are read.
#pragma once

#include <memory>
#include <string>

#include "raster_gdal/errors.h"

namespace relprompt::raster_gdal {

Answer open_source(const std::string& path, const raster::OpenOptions& options,
                   std::unique_ptr<raster::Source>& source);

}  // namespace relprompt::raster_gdal
