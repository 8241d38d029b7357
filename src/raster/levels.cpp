#include "raster/levels.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "image/sample_levels.h"

namespace relprompt::raster {
namespace {

int band_of(const RasterFacts& facts, const std::string& color) {
  for (std::size_t i = 0; i < facts.bands.size(); ++i)
    if (facts.bands[i].color == color) return static_cast<int>(i) + 1;
  return 0;
}

void check_asked(const RasterFacts& facts, const std::vector<int>& asked, const std::string& name) {
  for (const int band : asked) {
    if (band >= 1 && static_cast<std::size_t>(band) <= facts.bands.size()) continue;
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} has no band {}: expected 1 to {}", name, band, facts.bands.size()));
  }
}

std::uint8_t byte_of(double sample) {
  return static_cast<std::uint8_t>(std::clamp(sample, 0.0, 255.0));
}

bool is_nothing(const double* samples, std::size_t at, std::size_t count, const Colors& colors) {
  bool no_number = true, nodata = colors.nodata.has_value();
  for (std::size_t band = 0; band < colors.bands.size(); ++band) {
    const double sample = samples[band * count + at];
    no_number = no_number && std::isnan(sample);
    nodata = nodata && sample == *colors.nodata;
  }
  return no_number || nodata;
}

}  // namespace

Colors choose_colors(const RasterFacts& facts, const std::vector<int>& asked, const std::string& name) {
  if (facts.bands.empty()) throw Error(ErrorCode::kNotAnImage, name + " has no bands of samples");
  check_asked(facts, asked, name);
  Colors colors;
  colors.bands = asked;
  if (!asked.empty()) return colors;
  const int red = band_of(facts, "red"), green = band_of(facts, "green"), blue = band_of(facts, "blue");
  if (red > 0 && green > 0 && blue > 0) {
    colors.bands = {red, green, blue};
  } else if (facts.bands.size() >= 3) {
    colors.bands = {1, 2, 3};
  } else {
    colors.bands = {1};
    if (facts.bands[0].color == "palette") colors.palette = facts.palette;
  }
  return colors;
}

SampleRange range_at(std::vector<float>& samples, const Percentiles& percentiles, const std::string& name) {
  samples.erase(
      std::remove_if(samples.begin(), samples.end(), [](float sample) { return !std::isfinite(sample); }),
      samples.end());
  if (samples.empty()) {
    throw Error(ErrorCode::kNotAnImage, name + " has no pixel with data, so it has no percentiles",
                "--range MIN,MAX states what becomes black and white");
  }
  const auto at = [&](double percentile) {
    const auto rank =
        static_cast<std::ptrdiff_t>(std::lround(percentile / 100 * static_cast<double>(samples.size() - 1)));
    std::nth_element(samples.begin(), samples.begin() + rank, samples.end());
    return static_cast<double>(samples[static_cast<std::size_t>(rank)]);
  };
  SampleRange range{at(percentiles.low), at(percentiles.high)};
  if (!(range.max > range.min)) range.max = std::max(range.min + 1, std::nextafter(range.min, INFINITY));
  return range;
}

void to_colors(const double* samples, std::size_t count, const Colors& colors, std::uint8_t* rgb,
               std::uint8_t* valid) {
  const bool grey = colors.bands.size() == 1;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint8_t* to = rgb + 3 * i;
    if (valid[i] != 0 && is_nothing(samples, i, count, colors)) valid[i] = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const std::size_t band = grey ? 0 : c;
      const double sample = samples[band * count + i];
      if (valid[i] == 0) {
        to[c] = 0;
      } else if (!colors.palette.empty()) {
        const auto entry = static_cast<std::size_t>(std::clamp(sample, 0.0, 65535.0));
        to[c] = entry < colors.palette.size() ? colors.palette[entry][c] : std::uint8_t{0};
      } else {
        to[c] = colors.ranges.empty() ? byte_of(sample) : image::level_of(sample, colors.ranges[band]);
      }
    }
  }
}

}  // namespace relprompt::raster
