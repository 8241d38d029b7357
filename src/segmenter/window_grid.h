// Where the windows of an image lie, and which of them touch a part of it, without a list of all.
#pragma once

#include <cstdint>

#include "segmenter/windows.h"

namespace relprompt::segmenter {

/// Window numbers begin .. end - 1.
struct WindowRange {
  std::int64_t begin = 0, end = 0;
};

/// The windows along one axis: those of sliding_windows.
class WindowAxis {
 public:
  /// All at least 1.
  WindowAxis(std::int64_t length, std::int64_t crop, std::int64_t stride);

  std::int64_t count() const { return count_; }
  /// Pixels of each window.
  std::int64_t size() const { return size_; }
  std::int64_t start(std::int64_t index) const;
  /// Those that hold a pixel from `first` to `last`, both in the image.
  WindowRange touching(std::int64_t first, std::int64_t last) const;

 private:
  std::int64_t length_, size_, stride_, count_;
};

/// Both axes; windows are numbered row by row as sliding_windows lists them.
struct WindowGrid {
  WindowAxis rows, columns;

  std::int64_t count() const { return rows.count() * columns.count(); }
  std::int64_t index(std::int64_t row, std::int64_t column) const { return row * columns.count() + column; }
  Window window(std::int64_t row, std::int64_t column) const {
    return {rows.start(row), columns.start(column), rows.size(), columns.size()};
  }
};

}  // namespace relprompt::segmenter
