// The masks of a label map as runs of pixels, all classes in one pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::formats {

/// How pixels are numbered: column after column, or row after row.
enum class PixelOrder { kColumns, kRows };

struct Run {
  std::uint32_t start = 0;   ///< number of its first pixel
  std::uint32_t length = 0;  ///< pixels, at least 1
};

/// The smallest box around a mask, pixels.
struct Box {
  std::uint32_t x = 0, y = 0, width = 0, height = 0;
};

class MaskRuns {
 public:
  /// @param map of less than 2^32 pixels
  MaskRuns(const LabelMap& map, PixelOrder order);

  std::uint32_t height() const { return height_; }
  std::uint32_t width() const { return width_; }
  /// Classes with at least one pixel, ascending; LabelMap::kUnknown is none.
  const std::vector<std::uint16_t>& labels() const { return labels_; }
  /// [begin, end) of the runs of labels()[i], ascending, never next to each other.
  std::pair<const Run*, const Run*> runs(std::size_t i) const {
    return {runs_.data() + begin_[i], runs_.data() + begin_[i + 1]};
  }
  std::uint64_t pixels(std::size_t i) const;
  Box box(std::size_t i) const;

 private:
  PixelOrder order_;
  std::uint32_t height_, width_;
  std::vector<Run> runs_;  ///< by class
  std::vector<std::uint16_t> labels_;
  std::vector<std::size_t> begin_;  ///< [place in labels_], and one more
};

}  // namespace relprompt::formats
