// librelprompt-raster.so: the one symbol that offers GDAL.
#include <gdal.h>

#include "relprompt/export.h"
#include "relprompt/version.h"

#include "raster_gdal/polygons.h"
#include "raster_gdal/source.h"
#include "raster_gdal/target.h"

extern "C" RELPROMPT_API const relprompt::raster::RasterTable* relprompt_raster() {
  using namespace relprompt::raster_gdal;
  static const relprompt::raster::RasterTable table = {RELPROMPT_VERSION, GDALVersionInfo("RELEASE_NAME"),
                                                       open_source, create_target, write_polygons};
  return &table;
}
