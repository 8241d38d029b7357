// How sample values become bytes: the range that a file or a user states, else the range of their type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::image {

/// Throws Error(kBadArgument) for options that no file could satisfy: bands that are neither one nor three
/// numbers from 1, a range that is empty or not finite, or a limit of 0 or above kMostDecodedPixels.
void check_options(const DecodeOptions& options);

/// Largest limit on decoded pixels that can be asked for.
constexpr std::uint64_t kMostDecodedPixels = 0x7FFFFFFF;

/// A value between the ends of a range, 0 to 255, rounded to nearest; NaN is 0.
std::uint8_t level_of(double value, const SampleRange& range);

/// The byte of every unsigned sample value of 1 to 16 bits. Without a range up to 8 bits are spread over all
/// bytes, and of more the upper 8 are kept.
std::vector<std::uint8_t> level_table(int bits, const std::optional<SampleRange>& range = std::nullopt);

/// Spreads the colours of 8-bit pixels, [pixels, channels], over a range; a fourth channel stays.
void apply_range(std::vector<std::uint8_t>& pixels, int channels, const std::optional<SampleRange>& range);

/// Puts the chosen ones of red, green and blue into their places, for formats that have nothing else.
/// Throws Error(kBadArgument) for a band beyond 3.
void choose_bands(Image& image, const std::vector<int>& bands, const std::string& name);

}  // namespace relprompt::image
