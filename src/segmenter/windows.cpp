#include "segmenter/windows.h"

#include <algorithm>

namespace relprompt::segmenter {
namespace {

/// First pixels of the windows along one axis.
std::vector<std::int64_t> starts(std::int64_t length, std::int64_t crop, std::int64_t stride) {
  const std::int64_t count = std::max<std::int64_t>(length - crop + stride - 1, 0) / stride + 1;
  std::vector<std::int64_t> result;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t end = std::min(i * stride + crop, length);
    result.push_back(std::max<std::int64_t>(end - crop, 0));
  }
  return result;
}

}  // namespace

std::vector<Window> sliding_windows(std::int64_t height, std::int64_t width, std::int64_t crop,
                                    std::int64_t stride) {
  std::vector<Window> windows;
  for (const auto y : starts(height, crop, stride)) {
    for (const auto x : starts(width, crop, stride)) {
      windows.push_back({y, x, std::min(crop, height), std::min(crop, width)});
    }
  }
  return windows;
}

}  // namespace relprompt::segmenter
