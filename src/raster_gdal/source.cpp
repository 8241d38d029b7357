#include "raster_gdal/source.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include <cpl_vsi.h>
#include <gdal.h>

#include "raster_gdal/dataset.h"
#include "raster_gdal/setup.h"

namespace relprompt::raster_gdal {
namespace {

using raster::RasterFacts;

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
      const int found =
          GDALGetDataCoverageStatus(band, static_cast<int>(where.x), static_cast<int>(where.y), where.width,
                                    where.height, GDAL_DATA_COVERAGE_STATUS_DATA, nullptr);
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

Answer refuse_samples(const RasterFacts& facts) {
  for (const auto& band : facts.bands) {
    if (band.type.rfind('C', 0) == 0) {
      return {Problem::kUnsupported,
              "its samples are complex numbers (" + band.type + "), which are no colours"};
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
