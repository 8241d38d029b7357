// Where the sliding windows of an image lie.
#pragma once

#include <cstdint>
#include <vector>

namespace relprompt::segmenter {

/// A rectangle of the resized image, in pixels.
struct Window {
  std::int64_t y = 0, x = 0;
  std::int64_t height = 0, width = 0;
};

/// Windows of side `crop` every `stride` pixels, row by row; the last one of a row or column is moved inside,
/// and an image smaller than `crop` gives smaller windows. All windows have the same size, cover every
/// pixel, and equal those of RPN.slide of tools/reference. All arguments at least 1.
std::vector<Window> sliding_windows(std::int64_t height, std::int64_t width, std::int64_t crop,
                                    std::int64_t stride);

}  // namespace relprompt::segmenter
