// The grid of windows against the list that it stands for.
#include "segmenter/window_grid.h"

#include <gtest/gtest.h>

namespace relprompt::segmenter {
namespace {

TEST(WindowGrid, IsTheListOfSlidingWindows) {
  for (const std::int64_t height : {1, 9, 64, 65, 100}) {
    for (const std::int64_t width : {1, 50, 191, 192, 193}) {
      for (const std::int64_t stride : {1, 7, 63, 64}) {
        const auto list = sliding_windows(height, width, 64, stride);
        const WindowGrid grid{WindowAxis(height, 64, stride), WindowAxis(width, 64, stride)};
        ASSERT_EQ(grid.count(), static_cast<std::int64_t>(list.size()));
        for (std::int64_t row = 0; row < grid.rows.count(); ++row) {
          for (std::int64_t column = 0; column < grid.columns.count(); ++column) {
            const auto& expected = list[static_cast<std::size_t>(grid.index(row, column))];
            const auto found = grid.window(row, column);
            ASSERT_EQ(found.y, expected.y);
            ASSERT_EQ(found.x, expected.x);
            ASSERT_EQ(found.height, expected.height);
            ASSERT_EQ(found.width, expected.width);
          }
        }
      }
    }
  }
}

TEST(WindowGrid, FindsTheWindowsOfAPart) {
  for (const std::int64_t length : {1, 10, 64, 65, 130, 200}) {
    for (const std::int64_t stride : {1, 5, 40, 64}) {
      const WindowAxis axis(length, 64, stride);
      for (std::int64_t first = 0; first < length; ++first) {
        for (std::int64_t last = first; last < length; last += 9) {
          const auto found = axis.touching(first, last);
          for (std::int64_t i = 0; i < axis.count(); ++i) {
            const bool touches = axis.start(i) <= last && axis.start(i) + axis.size() > first;
            ASSERT_EQ(i >= found.begin && i < found.end, touches)
                << length << " " << stride << " window " << i << " of " << first << ".." << last;
          }
        }
      }
    }
  }
}

TEST(WindowGrid, OfTheLargestRasterIsCounted) {
  const WindowAxis axis(2'147'483'647, 512, 1);
  EXPECT_EQ(axis.count(), 2'147'483'136);
  EXPECT_EQ(axis.touching(2'147'483'646, 2'147'483'646).end, axis.count());
}

}  // namespace
}  // namespace relprompt::segmenter
