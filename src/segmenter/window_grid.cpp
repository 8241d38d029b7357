#include "segmenter/window_grid.h"

#include <algorithm>

namespace relprompt::segmenter {

WindowAxis::WindowAxis(std::int64_t length, std::int64_t crop, std::int64_t stride)
    : length_(length),
      size_(std::min(crop, length)),
      stride_(stride),
      count_(std::max<std::int64_t>(length - crop + stride - 1, 0) / stride + 1) {}

std::int64_t WindowAxis::start(std::int64_t index) const {
  return std::min(index * stride_, length_ - size_);
}

WindowRange WindowAxis::touching(std::int64_t first, std::int64_t last) const {
  // The first window that ends behind `first`; the last one of the axis ends behind everything.
  const std::int64_t before = first - size_ + 1;  // the earliest start that reaches `first`
  const std::int64_t begin = before <= 0 ? 0 : std::min((before + stride_ - 1) / stride_, count_ - 1);
  std::int64_t end = std::min(last / stride_ + 1, count_);
  // The last window may have been moved inside, to a start at or before `last` that its number does not show.
  if (end < count_ && start(end) <= last) ++end;
  return {begin, end};
}

}  // namespace relprompt::segmenter
