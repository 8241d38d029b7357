#include "raster_gdal/setup.h"

#include <mutex>

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <ogr_srs_api.h>

namespace relprompt::raster_gdal {
namespace {

// A few rows of tiles of a wide raster. GDAL's own default is a share of the machine's memory.
constexpr GIntBig kCacheBytes = GIntBig{128} << 20;

/// Drivers that open connections by what a file or a name says.
constexpr const char* kNetworkDrivers[] = {
    "HTTP",          "WMS",       "WCS",   "WMTS",       "PLMOSAIC",      "PLSCENES",
    "EEDA",          "EEDAI",     "NGW",   "OGCAPI",     "DAAS",          "STACIT",
    "STACTA",        "WFS",       "OAPIF", "CSW",        "Carto",         "AmigoCloud",
    "Elasticsearch", "MongoDBv3", "GMLAS", "PostgreSQL", "PostGISRaster", "MySQL",
    "MSSQLSpatial",  "HANA",      "ODBC",  "OCI",        "GeoRaster",     "Rasdaman"};

constexpr const char* kNetworkPaths[] = {"/vsicurl", "/vsis3",  "/vsigs",    "/vsiaz",
                                         "/vsiadls", "/vsioss", "/vsiswift", "/vsiwebhdfs",
                                         "/vsihdfs", "http://", "https://",  "ftp://"};

bool asks_for_network(const std::string& path) {
  for (const char* part : kNetworkPaths)
    if (path.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace

void set_up() {
  static std::once_flag once;
  std::call_once(once, [] {
    CPLSetErrorHandler(CPLQuietErrorHandler);  // of GDAL's own threads; others have Errors
    GDALAllRegister();
    GDALSetCacheMax64(kCacheBytes);
    CPLSetConfigOption("GDAL_VRT_ENABLE_PYTHON", "NO");  // code inside a raster
    OSRSetPROJEnableNetwork(FALSE);                      // grids of datum shifts
  });
}

void allow_network_for(const std::string& path) {
  if (asks_for_network(path)) return;
  CPLSetConfigOption("CPL_VSIL_CURL_ALLOWED_FILENAME", "no address at all");
  for (const char* name : kNetworkDrivers) {
    if (GDALDriverH driver = GDALGetDriverByName(name)) GDALDeregisterDriver(driver);
  }
}

}  // namespace relprompt::raster_gdal
