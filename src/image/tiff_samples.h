// Samples out of the decoded rows of a TIFF: 1 to 16 bits unsigned by value, and any number as a byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "relprompt/image.h"

#include "image/tiff_layout.h"

namespace relprompt::image {

/// Where a sample of each pixel of a row is.
struct SamplePlace {
  std::size_t first;  ///< index of the first pixel's
  std::size_t step;   ///< samples from pixel to pixel
  std::size_t count;  ///< pixels
};

/// Calls take(i, value) for every pixel's sample; `bits` is 1 to 16, unsigned.
template <class Take>
void each_sample(int bits, const std::uint8_t* row, const SamplePlace& place, Take take) {
  std::size_t sample = place.first;
  for (std::size_t i = 0; i < place.count; ++i, sample += place.step) {
    std::uint16_t value = 0;
    if (bits == 8) {
      value = row[sample];
    } else if (bits == 16) {
      std::memcpy(&value, row + 2 * sample, 2);
    } else {
      for (std::size_t bit = sample * static_cast<std::size_t>(bits),
                       end = bit + static_cast<std::size_t>(bits);
           bit < end; ++bit) {
        value = static_cast<std::uint16_t>(value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1));
      }
    }
    take(i, value);
  }
}

/// Sample values as bytes of an image.
class SampleReader {
 public:
  /// @param inverted 0 is white
  /// Throws Error(kNotAnImage) for types that are not read, and for signed, floating-point and 32-bit samples
  /// without a range.
  SampleReader(const Source& source, const TiffLayout& layout, const std::optional<SampleRange>& range,
               bool inverted);

  /// Writes a byte a pixel, `out_step` bytes apart.
  void read(const std::uint8_t* row, const SamplePlace& place, std::uint8_t* out, std::size_t out_step);

  /// Largest unsigned value of 1 to 16 bits that was read.
  std::uint16_t largest() const noexcept { return largest_; }

 private:
  double wide_value(const std::uint8_t* row, std::size_t sample) const;

  int bits_;
  std::uint16_t format_;
  std::optional<SampleRange> range_;
  bool inverted_;
  std::vector<std::uint8_t> table_;  ///< empty: wide_value
  std::uint16_t largest_ = 0;
};

}  // namespace relprompt::image
