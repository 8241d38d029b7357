#include "raster_gdal/source.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <gdal_utils.h>
#include <ogr_srs_api.h>

#include "raster_gdal/setup.h"

namespace relprompt::raster_gdal {
namespace {

using raster::BandFacts;
using raster::GroundFacts;
using raster::RasterFacts;

struct CloseDataset {
  void operator()(void* dataset) const { GDALClose(dataset); }
};
using Dataset = std::unique_ptr<void, CloseDataset>;

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

class GdalSource : public raster::Source {
 public:
  /// original: what `dataset` is made from, nullptr if it is the raster itself.
  GdalSource(Dataset original, Dataset dataset)
      : original_(std::move(original)), dataset_(std::move(dataset)), facts_(facts_of(dataset_.get())) {}

  const RasterFacts& facts() const override { return facts_; }

  Answer read(const Rectangle& where, const std::vector<int>& bands, double* samples,
              std::uint8_t* valid) override {
    try {
      const Errors errors;
      const auto count = static_cast<std::size_t>(where.height) * static_cast<std::size_t>(where.width);
      for (std::size_t i = 0; i < bands.size(); ++i) {
        if (!read_band(band_of(bands[i]), where, GDT_Float64, samples + i * count)) {
          return errors.answer(Problem::kDamaged, place_of(where));
        }
      }
      return read_masks(where, bands, valid) ? Answer() : errors.answer(Problem::kDamaged, place_of(where));
    } catch (const std::bad_alloc&) {
      return {Problem::kNoMemory, "not enough memory to read"};
    }
  }

  bool empty(const Rectangle& where, const std::vector<int>& bands) override {
    const Errors errors;
    return std::all_of(bands.begin(), bands.end(), [&](int number) {
      GDALRasterBandH band = band_of(number);
      // Without a value for nodata what is not there reads as 0, which is a sample like any other.
      if (GDALGetMaskFlags(band) != GMF_NODATA) return false;
      const int found = GDALGetDataCoverageStatus(band, static_cast<int>(where.x), static_cast<int>(where.y),
                                                  where.width, where.height,
                                                  GDAL_DATA_COVERAGE_STATUS_DATA, nullptr);
      return found == GDAL_DATA_COVERAGE_STATUS_EMPTY;
    });
  }

 private:
  GDALRasterBandH band_of(int number) const { return GDALGetRasterBand(dataset_.get(), number); }

  static bool read_band(GDALRasterBandH band, const Rectangle& where, GDALDataType type, void* to) {
    return GDALRasterIO(band, GF_Read, static_cast<int>(where.x), static_cast<int>(where.y), where.width,
                        where.height, to, where.width, where.height, type, 0, 0) == CE_None;
  }

  /// A pixel has data if any of the bands says so.
  bool read_masks(const Rectangle& where, const std::vector<int>& bands, std::uint8_t* valid) {
    const auto count = static_cast<std::size_t>(where.height) * static_cast<std::size_t>(where.width);
    std::memset(valid, 0, count);
    mask_.resize(count);
    for (const int number : bands) {
      GDALRasterBandH band = band_of(number);
      const int flags = GDALGetMaskFlags(band);
      if ((flags & GMF_ALL_VALID) != 0) {
        std::memset(valid, 1, count);
        return true;
      }
      if (!read_band(GDALGetMaskBand(band), where, GDT_Byte, mask_.data())) return false;
      for (std::size_t i = 0; i < count; ++i) valid[i] = valid[i] != 0 || mask_[i] != 0 ? 1 : 0;
      if ((flags & GMF_PER_DATASET) != 0) return true;
    }
    return true;
  }

  static std::string place_of(const Rectangle& where) {
    return "cannot read the " + std::to_string(where.width) + "x" + std::to_string(where.height) +
           " pixels from (" + std::to_string(where.x) + ", " + std::to_string(where.y) + ") on";
  }

  Dataset original_;
  Dataset dataset_;
  RasterFacts facts_;
  std::vector<std::uint8_t> mask_;
};

/// The raster resampled to square pixels of the ground, computed as it is read.
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
  const char* const fixed[] = {"-of", "VRT", "-et", "0", "-ovr", "NONE", "-r", shrinks ? "average" : "bilinear"};
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

Answer refuse_samples(const RasterFacts& facts) {
  for (const auto& band : facts.bands) {
    if (band.type.rfind('C', 0) == 0) {
      return {Problem::kUnsupported, "its samples are complex numbers (" + band.type + "), which are no colours"};
    }
  }
  return {};
}

Answer open_guarded(const std::string& path, const raster::OpenOptions& options,
                    std::unique_ptr<raster::Source>& source) {
  const Errors errors;
  Dataset opened(GDALOpenEx(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, nullptr,
                            nullptr, nullptr));
  if (!opened) {
    VSIStatBufL info = {};
    // A name such as NETCDF:file:variable is none of a file.
    const bool missing = VSIStatL(path.c_str(), &info) != 0 && path.find(':') == std::string::npos;
    return missing ? Answer{Problem::kNotFound, "there is no such file"}
                   : errors.answer(Problem::kNotARaster, "it cannot be opened as a raster");
  }
  Dataset original;
  if (options.resolution > 0) {
    original = std::move(opened);
    const Answer answer = resample(original.get(), options.resolution, opened);
    if (answer.problem != Problem::kNone) return errors.answer(answer.problem, answer.words);
  }
  auto made = std::make_unique<GdalSource>(std::move(original), std::move(opened));
  if (made->facts().bands.empty() && !made->facts().driver.empty()) {
    return {Problem::kNotARaster, "it has no bands of samples (" + made->facts().driver +
                                      "); one of its subdatasets may be the raster"};
  }
  const Answer answer = refuse_samples(made->facts());
  if (answer.problem == Problem::kNone) source = std::move(made);
  return answer;
}

}  // namespace

Answer open_source(const std::string& path, const raster::OpenOptions& options,
                   std::unique_ptr<raster::Source>& source) {
  try {
    set_up();
    allow_network_for(path);
    return open_guarded(path, options, source);
  } catch (const std::bad_alloc&) {
    return {Problem::kNoMemory, "not enough memory to open it"};
  }
}

}  // namespace relprompt::raster_gdal
