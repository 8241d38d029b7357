// From samples of any type to the 8-bit colours that the network sees.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/options.h"

#include "raster/raster_table.h"

namespace relprompt::raster {

/// Percentiles whose samples become black and white.
struct Percentiles {
  double low = 2, high = 98;
};

/// Which samples make the colours.
struct Colors {
  std::vector<int> bands;           ///< three of the raster, or one for grey or a palette, from 1
  std::vector<Color3> palette;      ///< of the one band; empty: there is none
  std::vector<SampleRange> ranges;  ///< of each band; empty: samples are bytes and stay as they are
  std::optional<double> nodata;     ///< beside what the raster states: no data where all bands are this
};

/// Bands by what the user asked for, else by what the raster declares: red, green and blue, a palette, grey;
/// else its first three, or its first if it has fewer. Throws Error(kBadArgument) for a band that is not
/// there, Error(kNotAnImage) for a raster without bands.
Colors choose_colors(const RasterFacts& facts, const std::vector<int>& asked, const std::string& name);

/// The samples at two percentiles, 0 to 100, of those that are finite, by nearest rank. The range is never
/// empty: equal ends give one of width 1. Reorders the samples. Throws Error(kNotAnImage) if none is finite.
SampleRange range_at(std::vector<float>& samples, const Percentiles& percentiles, const std::string& name);

/// Samples [bands, count] to rgb [count, 3]. Pixels without data become black: valid [count] is 0 there
/// already, or becomes 0 where all samples are NaN or colors.nodata.
void to_colors(const double* samples, std::size_t count, const Colors& colors, std::uint8_t* rgb,
               std::uint8_t* valid);

}  // namespace relprompt::raster
