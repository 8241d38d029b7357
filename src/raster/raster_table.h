// What the optional library librelprompt-raster offers: georeferenced rasters through GDAL. Both come from
// one build; the version in the table refuses any other pair. Nothing is thrown across: what fails answers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relprompt/blocks.h"

namespace relprompt::raster {

enum class Problem {
  kNone,
  kNotFound,     ///< no such file
  kNotARaster,   ///< GDAL reads no raster in it
  kDamaged,      ///< a part of it cannot be read
  kUnsupported,  ///< what is there is not for us, such as complex numbers
  kNotWritable,
  kDiskFull,
  kNoMemory,
  kStopped  ///< the caller asked for it
};

struct Answer {
  Problem problem = Problem::kNone;
  std::string words;  ///< GDAL's, or ours
};

using Color3 = std::array<std::uint8_t, 3>;

struct BandFacts {
  std::string type;   ///< GDAL's name: "Byte", "UInt16", "Float32"
  std::string color;  ///< "red", "green", "blue", "alpha", "grey", "palette", or empty
  std::optional<double> nodata;
};

/// Where a raster lies on the ground.
struct GroundFacts {
  std::string crs;                                 ///< WKT; empty: not stated
  std::optional<std::array<double, 6>> transform;  ///< pixel to ground, in GDAL's order
  bool geographic = false;                         ///< degrees, so areas are no squares of a unit
  std::string unit;                                ///< of the ground, "metre"; empty: not stated
};

struct RasterFacts {
  std::int64_t height = 0, width = 0;
  std::vector<BandFacts> bands;
  std::string driver;           ///< "GTiff"
  std::vector<Color3> palette;  ///< of the first band
  GroundFacts ground;
};

struct OpenOptions {
  /// Ground units of a pixel's side: the raster is resampled to it (shrunk by averages, enlarged bilinearly);
  /// 0: as it is.
  double resolution = 0;
};

/// An opened raster, for one thread at a time.
class Source {
 public:
  virtual ~Source() = default;
  virtual const RasterFacts& facts() const = 0;
  /// Samples [bands, height, width] of a rectangle inside the raster, bands counted from 1. valid [height,
  /// width] becomes 0 where none of these bands has data by what the raster states (nodata, mask, alpha).
  virtual Answer read(const Rectangle& where, const std::vector<int>& bands, double* samples,
                      std::uint8_t* valid) = 0;
  /// True if the file says, without being read, that there is nothing in the rectangle.
  virtual bool empty(const Rectangle& where, const std::vector<int>& bands) = 0;
};

/// A raster to be written: labels, or planes of scores.
struct TargetFacts {
  std::string path;  ///< replaced if it is there
  std::int64_t height = 0, width = 0;
  int bands = 1;
  int bits = 8;    ///< 8 or 16, unsigned
  int tile = 512;  ///< side of the file's tiles
  GroundFacts ground;
  std::optional<double> nodata;
  std::vector<Color3> colors;      ///< of the values from 0 on; empty: none
  std::vector<std::string> names;  ///< of the values from 0 on, or of bands where there are several
  std::optional<std::pair<double, double>> scale;  ///< [factor, offset] of samples
  std::string compression = "DEFLATE";             ///< DEFLATE, ZSTD, LZW or NONE
  bool cog = false;                                ///< a cloud optimized GeoTIFF, with overviews
  int threads = 1;                                 ///< that compress
  std::vector<std::pair<std::string, std::string>> metadata;
};

class Target {
 public:
  virtual ~Target() = default;
  /// Samples [height, width] of a rectangle and a band from 1.
  virtual Answer write(const Rectangle& where, int band, const std::uint16_t* samples) = 0;
  /// Ends the file; nothing may be written after it. stopped: asked now and then, true ends it early.
  virtual Answer finish(const std::function<bool()>& stopped) = 0;
};

/// Polygons of equal labels in a new GeoPackage.
struct PolygonFacts {
  std::string labels;  ///< path of the raster
  std::string path;    ///< of the GeoPackage
  std::string layer;
  std::vector<std::string> names;  ///< of the values from 0 on
  GroundFacts ground;
};

struct RasterTable {
  const char* version;       ///< RELPROMPT_VERSION of its build
  const char* gdal_version;  ///< "3.6.2"
  Answer (*open)(const std::string& path, const OpenOptions& options, std::unique_ptr<Source>& source);
  Answer (*create)(const TargetFacts& facts, std::unique_ptr<Target>& target);
  Answer (*polygons)(const PolygonFacts& facts, const std::function<bool(double share)>& progress);
};

/// The name under which the library exports `const RasterTable* f()`.
constexpr const char* kRasterSymbol = "relprompt_raster";

}  // namespace relprompt::raster
