// Labels as polygons in a GeoPackage.
#pragma once

#include <functional>

#include "raster_gdal/errors.h"

namespace relprompt::raster_gdal {

/// progress: told the share that is done; false ends the work.
Answer write_polygons(const raster::PolygonFacts& facts, const std::function<bool(double share)>& progress);

}  // namespace relprompt::raster_gdal
