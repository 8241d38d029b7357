#include "raster_gdal/dataset.h"

#include <algorithm>
#include <cmath>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal_utils.h>
#include <ogr_srs_api.h>

namespace relprompt::raster_gdal {
namespace {

using raster::BandFacts;
using raster::GroundFacts;
using raster::RasterFacts;

const char* color_name(GDALColorInterp color) {
  switch (color) {
    case GCI_RedBand:
      return "red";
    case GCI_GreenBand:
      return "green";
    case GCI_BlueBand:
      return "blue";
    case GCI_AlphaBand:
      return "alpha";
    case GCI_GrayIndex:
      return "grey";
    case GCI_PaletteIndex:
      return "palette";
    default:
      return "";
  }
}

BandFacts facts_of_band(GDALRasterBandH band) {
  BandFacts facts;
  facts.type = GDALGetDataTypeName(GDALGetRasterDataType(band));
  facts.color = color_name(GDALGetRasterColorInterpretation(band));
  int stated = 0;
  const double nodata = GDALGetRasterNoDataValue(band, &stated);
  if (stated != 0) facts.nodata = nodata;
  return facts;
}

std::vector<raster::Color3> palette_of(GDALRasterBandH band) {
  std::vector<raster::Color3> palette;
  GDALColorTableH table = GDALGetRasterColorTable(band);
  const int count = table == nullptr ? 0 : std::min(GDALGetColorEntryCount(table), 65536);
  for (int i = 0; i < count; ++i) {
    GDALColorEntry entry = {};
    GDALGetColorEntryAsRGB(table, i, &entry);
    palette.push_back({static_cast<std::uint8_t>(entry.c1), static_cast<std::uint8_t>(entry.c2),
                       static_cast<std::uint8_t>(entry.c3)});
  }
  return palette;
}

GroundFacts ground_of(GDALDatasetH dataset) {
  GroundFacts ground;
  std::array<double, 6> transform{};
  if (GDALGetGeoTransform(dataset, transform.data()) == CE_None &&
      std::all_of(transform.begin(), transform.end(), [](double number) { return std::isfinite(number); })) {
    ground.transform = transform;
  }
  OGRSpatialReferenceH system = GDALGetSpatialRef(dataset);
  if (system == nullptr) return ground;
  char* words = nullptr;
  const char* const wkt2[] = {"FORMAT=WKT2_2019", nullptr};
  if (OSRExportToWktEx(system, &words, wkt2) == OGRERR_NONE && words != nullptr) ground.crs = words;
  CPLFree(words);
  ground.geographic = OSRIsGeographic(system) != 0;
  char* unit = nullptr;
  if (!ground.geographic) OSRGetLinearUnits(system, &unit);
  ground.unit = ground.geographic ? "degree" : unit != nullptr ? unit : "";
  return ground;
}

}  // namespace

RasterFacts facts_of(GDALDatasetH dataset) {
  RasterFacts facts;
  facts.height = GDALGetRasterYSize(dataset);
  facts.width = GDALGetRasterXSize(dataset);
  const int bands = GDALGetRasterCount(dataset);
  for (int band = 1; band <= bands; ++band)
    facts.bands.push_back(facts_of_band(GDALGetRasterBand(dataset, band)));
  GDALDriverH driver = GDALGetDatasetDriver(dataset);
  facts.driver = driver != nullptr ? GDALGetDriverShortName(driver) : "";
  if (bands > 0) facts.palette = palette_of(GDALGetRasterBand(dataset, 1));
  facts.ground = ground_of(dataset);
  return facts;
}

Answer resample(GDALDatasetH from, double resolution, Dataset& to) {
  const RasterFacts facts = facts_of(from);
  if (!facts.ground.transform) {
    return {Problem::kUnsupported, "it states no place on the ground, so it has no resolution to change"};
  }
  const auto& t = *facts.ground.transform;
  const double across = std::hypot(t[1], t[4]), down = std::hypot(t[2], t[5]);
  const double wide = static_cast<double>(facts.width) * across / resolution;
  const double high = static_cast<double>(facts.height) * down / resolution;
  if (!(wide <= 2e9 && high <= 2e9 && wide >= 0.5 && high >= 0.5)) {
    return {Problem::kUnsupported, "pixels of that resolution would make it a raster of " +
                                       std::to_string(wide) + " x " + std::to_string(high) + " pixels"};
  }
  bool masked = false;
  for (const auto& band : facts.bands) masked = masked || band.nodata || band.color == "alpha";
  const std::string size = std::to_string(resolution);
  char** words = nullptr;
  // Exact places of pixels (-et 0) and no overviews: the same samples whatever part is read.
  const bool shrinks = resolution > std::max(across, down);
  const char* const fixed[] = {"-of",  "VRT",  "-et", "0",
                               "-ovr", "NONE", "-r",  shrinks ? "average" : "bilinear"};
  for (const char* word : fixed) words = CSLAddString(words, word);
  char number[32];
  CPLsnprintf(number, sizeof number, "%.17g", resolution);
  for (const char* word : {"-tr", static_cast<const char*>(number), static_cast<const char*>(number)})
    words = CSLAddString(words, word);
  if (!masked) words = CSLAddString(words, "-dstalpha");
  GDALWarpAppOptions* options = GDALWarpAppOptionsNew(words, nullptr);
  CSLDestroy(words);
  GDALDatasetH sources[] = {from};
  int problem = 0;
  to.reset(GDALWarp("", nullptr, 1, sources, options, &problem));
  GDALWarpAppOptionsFree(options);
  return to ? Answer() : Answer{Problem::kUnsupported, "it cannot be resampled"};
}

}  // namespace relprompt::raster_gdal
