#include "image/sample_levels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

namespace relprompt::image {

void check_options(const DecodeOptions& options) {
  const auto& bands = options.bands;
  const bool whole = bands.empty() || bands.size() == 1 || bands.size() == 3;
  if (!whole || std::any_of(bands.begin(), bands.end(), [](int band) { return band < 1; })) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("bands {}: expected three of the file's bands, counted from 1, or one for grey",
                            fmt::join(bands, ",")),
                "such as 4,3,2 for infrared, red and green of most satellite images");
  }
  if (options.range && !(std::isfinite(options.range->min) && std::isfinite(options.range->max) &&
                         options.range->max > options.range->min)) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("range {},{}: expected the sample values that become black and white, the second "
                            "above the first",
                            options.range->min, options.range->max));
  }
  if (options.max_decoded_pixels < 1 || options.max_decoded_pixels > kMostDecodedPixels) {
    throw Error(ErrorCode::kBadArgument, fmt::format("a limit of {} decoded pixels: expected 1 to {}",
                                                     options.max_decoded_pixels, kMostDecodedPixels));
  }
}

std::uint8_t level_of(double value, const SampleRange& range) {
  const double share = (value - range.min) / (range.max - range.min);
  if (!(share > 0)) return 0;
  return static_cast<std::uint8_t>(std::min(share, 1.0) * 255 + 0.5);
}

std::vector<std::uint8_t> level_table(int bits, const std::optional<SampleRange>& range) {
  std::vector<std::uint8_t> table(std::size_t{1} << bits);
  for (std::size_t value = 0; value < table.size(); ++value) {
    if (range) {
      table[value] = level_of(static_cast<double>(value), *range);
    } else {
      table[value] =
          static_cast<std::uint8_t>(bits > 8 ? value >> (bits - 8) : value * 255 / (table.size() - 1));
    }
  }
  return table;
}

void apply_range(std::vector<std::uint8_t>& pixels, int channels, const std::optional<SampleRange>& range) {
  if (!range) return;
  const auto table = level_table(8, range);
  const auto step = static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i + step <= pixels.size(); i += step) {
    for (std::size_t c = 0; c < 3; ++c) pixels[i + c] = table[pixels[i + c]];
  }
}

void choose_bands(Image& image, const std::vector<int>& bands, const std::string& name) {
  if (bands.empty()) return;
  for (const int band : bands) {
    if (band > 3) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("{} has no band {}: its 3 bands are red, green and blue", name, band));
    }
  }
  std::array<std::size_t, 3> order{};
  for (std::size_t c = 0; c < 3; ++c) {
    order[c] = static_cast<std::size_t>(bands.size() == 1 ? bands[0] : bands[c]) - 1;
  }
  for (std::size_t i = 0; i + 3 <= image.rgb.size(); i += 3) {
    const std::uint8_t pixel[3] = {image.rgb[i], image.rgb[i + 1], image.rgb[i + 2]};
    for (std::size_t c = 0; c < 3; ++c) image.rgb[i + c] = pixel[order[c]];
  }
}

}  // namespace relprompt::image
