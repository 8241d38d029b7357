// Reading a raster as the colours that the network sees, and looking at samples of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "raster/levels.h"
#include "raster/raster_table.h"

namespace relprompt::raster {

class Pixels {
 public:
  /// Both must outlive this. name: of the raster, in messages.
  Pixels(Source& source, const Colors& colors, std::string name)
      : source_(source), colors_(colors), name_(std::move(name)) {}

  /// Throws Error for what cannot be read, kOutOfMemory too.
  RectanglePixels read(const Rectangle& where);
  /// True if no pixel of the rectangle has data. `pixels` becomes its pixels otherwise.
  bool nothing_in(const Rectangle& where, RectanglePixels& pixels);

 private:
  Source& source_;
  const Colors& colors_;
  std::string name_;
  std::vector<double> samples_;
};

/// What a look at parts of a raster found.
struct Look {
  std::vector<std::vector<float>> samples;  ///< of each band, where there is data
  std::string sha256;                       ///< over the samples of all looked at
};

/// Rectangles of up to 64x64 pixels, up to 24 a row and a column, evenly over a raster: the same on every
/// machine.
std::vector<Rectangle> look_places(std::int64_t height, std::int64_t width);

/// Samples at look_places. Where fewer than 1000 pixels of them have data, and `enough` is set, the whole
/// raster is read, and about four million of its pixels are taken evenly.
Look look_at(Source& source, const Colors& colors, bool enough, const std::string& name);

}  // namespace relprompt::raster
