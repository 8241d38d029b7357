// GDAL as this process uses it.
#pragma once

#include <string>

namespace relprompt::raster_gdal {

/// Registers GDAL's drivers and makes them quiet, small and local, once. Any thread may call it.
void set_up();

/// Keeps GDAL from the network unless the path asks for it (/vsicurl/, /vsis3/, https://, ...): a local file
/// may name addresses that its reader never wanted to visit.
void allow_network_for(const std::string& path);

}  // namespace relprompt::raster_gdal
