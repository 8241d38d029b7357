#include "raster_gdal/target.h"

#include <new>
#include <utility>

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include "raster_gdal/setup.h"

namespace relprompt::raster_gdal {
namespace {

using raster::TargetFacts;

/// Words of a driver, "KEY=VALUE".
class Options {
 public:
  Options() = default;
  ~Options() { CSLDestroy(words_); }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  void set(const char* key, const std::string& value) {
    words_ = CSLSetNameValue(words_, key, value.c_str());
  }
  char** words() const { return words_; }

 private:
  char** words_ = nullptr;
};

int progress(double, const char*, void* stopped) {
  const auto& ask = *static_cast<const std::function<bool()>*>(stopped);
  return ask && ask() ? FALSE : TRUE;
}

class GdalTarget : public raster::Target {
 public:
  explicit GdalTarget(const TargetFacts& facts)
      : facts_(facts), path_(facts.cog ? facts.path + ".plain" : facts.path) {}
  ~GdalTarget() override {
    const Errors errors;
    if (dataset_ != nullptr) GDALClose(dataset_);
    if (facts_.cog) VSIUnlink(path_.c_str());
  }

  Answer create() {
    const Errors errors;
    GDALDriverH driver = GDALGetDriverByName("GTiff");
    if (driver == nullptr) return {Problem::kUnsupported, "this GDAL has no driver for GeoTIFF"};
    Options options;
    options.set("TILED", "YES");
    for (const char* key : {"BLOCKXSIZE", "BLOCKYSIZE"}) options.set(key, std::to_string(facts_.tile));
    options.set("INTERLEAVE", "BAND");
    options.set("BIGTIFF", "IF_SAFER");
    options.set("SPARSE_OK", "TRUE");
    add_compression(options, facts_.cog ? "DEFLATE" : facts_.compression);
    dataset_ =
        GDALCreate(driver, path_.c_str(), static_cast<int>(facts_.width), static_cast<int>(facts_.height),
                   facts_.bands, facts_.bits == 8 ? GDT_Byte : GDT_UInt16, options.words());
    if (dataset_ == nullptr) return errors.answer(Problem::kNotWritable, "it cannot be created");
    return describe() ? Answer()
                      : errors.answer(Problem::kNotWritable, "its place on the ground cannot be written");
  }

  Answer write(const Rectangle& where, int band, const std::uint16_t* samples) override {
    const Errors errors;
    const auto status =
        GDALRasterIO(GDALGetRasterBand(dataset_, band), GF_Write, static_cast<int>(where.x),
                     static_cast<int>(where.y), where.width, where.height,
                     const_cast<std::uint16_t*>(samples), where.width, where.height, GDT_UInt16, 0, 0);
    // Tiles are written later, so an earlier one may be what fails.
    return status == CE_None && !errors.failed()
               ? Answer()
               : errors.answer(Problem::kNotWritable, "it cannot be written");
  }

  Answer finish(const std::function<bool()>& stopped) override {
    const Errors errors;
    GDALFlushCache(dataset_);
    const bool whole = !errors.failed() && (!facts_.cog || copy_as_cog(stopped));
    GDALClose(dataset_);
    dataset_ = nullptr;
    if (stopped && stopped()) return {Problem::kStopped, "stopped"};
    return whole && !errors.failed() ? Answer()
                                     : errors.answer(Problem::kNotWritable, "it cannot be finished");
  }

 private:
  void add_compression(Options& options, const std::string& name) const {
    options.set("COMPRESS", name);
    options.set("NUM_THREADS", std::to_string(facts_.threads));
  }

  bool describe() const {
    bool good = true;
    if (facts_.ground.transform) {
      auto transform = *facts_.ground.transform;
      good = GDALSetGeoTransform(dataset_, transform.data()) == CE_None;
    }
    if (!facts_.ground.crs.empty()) good = set_system() && good;
    for (const auto& [key, value] : facts_.metadata)
      GDALSetMetadataItem(dataset_, key.c_str(), value.c_str(), nullptr);
    for (int number = 1; number <= facts_.bands; ++number) describe_band(number);
    return good;
  }

  bool set_system() const {
    OGRSpatialReferenceH system = OSRNewSpatialReference(nullptr);
    std::string words = facts_.ground.crs;
    char* rest = words.data();
    bool good = OSRImportFromWkt(system, &rest) == OGRERR_NONE;
    // As a raster has it: x goes right, whatever the order of axes that an authority wants.
    OSRSetAxisMappingStrategy(system, OAMS_TRADITIONAL_GIS_ORDER);
    good = good && GDALSetSpatialRef(dataset_, system) == CE_None;
    OSRDestroySpatialReference(system);
    return good;
  }

  void describe_band(int number) const {
    GDALRasterBandH band = GDALGetRasterBand(dataset_, number);
    if (facts_.nodata) GDALSetRasterNoDataValue(band, *facts_.nodata);
    if (facts_.scale) {
      GDALSetRasterScale(band, facts_.scale->first);
      GDALSetRasterOffset(band, facts_.scale->second);
    }
    if (facts_.bands > 1) {
      GDALSetDescription(band, facts_.names[static_cast<std::size_t>(number) - 1].c_str());
      return;
    }
    if (!facts_.colors.empty()) set_colors(band);
    if (facts_.names.empty()) return;
    char** names = nullptr;
    for (const auto& name : facts_.names) names = CSLAddString(names, name.c_str());
    GDALSetRasterCategoryNames(band, names);
    CSLDestroy(names);
  }

  void set_colors(GDALRasterBandH band) const {
    GDALColorTableH table = GDALCreateColorTable(GPI_RGB);
    for (std::size_t i = 0; i < facts_.colors.size(); ++i) {
      const auto& color = facts_.colors[i];
      const GDALColorEntry entry = {color[0], color[1], color[2], 255};
      GDALSetColorEntry(table, static_cast<int>(i), &entry);
    }
    GDALSetRasterColorTable(band, table);
    GDALDestroyColorTable(table);
  }

  bool copy_as_cog(const std::function<bool()>& stopped) const {
    GDALDriverH driver = GDALGetDriverByName("COG");
    if (driver == nullptr) {
      CPLError(CE_Failure, CPLE_NotSupported, "this GDAL has no driver for cloud optimized GeoTIFF");
      return false;
    }
    Options options;
    add_compression(options, facts_.compression);
    options.set("BIGTIFF", "IF_SAFER");
    options.set("SPARSE_OK", "YES");
    // Labels have no means.
    options.set("OVERVIEW_RESAMPLING", facts_.bands == 1 ? "NEAREST" : "AVERAGE");
    auto ask = stopped;
    GDALDatasetH copy =
        GDALCreateCopy(driver, facts_.path.c_str(), dataset_, FALSE, options.words(), &progress, &ask);
    if (copy == nullptr) return false;
    GDALClose(copy);
    return true;
  }

  TargetFacts facts_;
  std::string path_;
  GDALDatasetH dataset_ = nullptr;
};

}  // namespace

Answer create_target(const TargetFacts& facts, std::unique_ptr<raster::Target>& target) {
  try {
    set_up();
    auto made = std::make_unique<GdalTarget>(facts);
    const Answer answer = made->create();
    if (answer.problem == Problem::kNone) target = std::move(made);
    return answer;
  } catch (const std::bad_alloc&) {
    return {Problem::kNoMemory, "not enough memory to create it"};
  }
}

}  // namespace relprompt::raster_gdal
