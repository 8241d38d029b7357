// Label Studio's own RLE of brush masks: a stream of bits over the four channels of every pixel.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/mask_runs.h"

namespace relprompt::formats {

/// A mask over pixels numbered by rows; inside 255 in all four channels, outside 0. The stream: number of
/// values (32 bits), bits of a value less one (5), four sizes of run lengths less one (4 each); then blocks
/// of one bit that says whether one value stands for the whole run, two that choose a size, the run's length
/// less one, and the value. Bits of a byte are filled from the highest on.
/// @param pixels of the whole map, less than 2^30
std::vector<std::uint8_t> brush_rle(const Run* begin, const Run* end, std::uint64_t pixels);

/// Most pixels that the format's 32 bits can count.
constexpr std::uint64_t kMostBrushPixels = (std::uint64_t{1} << 30) - 1;

}  // namespace relprompt::formats
