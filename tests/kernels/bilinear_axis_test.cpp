// Where pixels of one size lie among those of another, along one axis.
#include "kernels/bilinear_axis.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace relprompt::kernels {
namespace {

TEST(BilinearAxis, StaysInsideAndKeepsEqualSizes) {
  for (const std::int64_t inputs : {1, 2, 3, 31, 512}) {
    for (const std::int64_t outputs : {1, 2, 5, 31, 500, 2048}) {
      const auto axis = bilinear_axis(inputs, outputs);
      ASSERT_EQ(axis.size(), outputs);
      for (std::size_t i = 0; i < axis.low.size(); ++i) {
        EXPECT_GE(axis.low[i], 0);
        EXPECT_LT(axis.high[i], inputs);
        EXPECT_EQ(axis.high[i] - axis.low[i], axis.weight[i] > 0 ? 1 : 0);
        EXPECT_LT(axis.weight[i], 1.0f);
        if (inputs == outputs) {
          EXPECT_EQ(axis.low[i], static_cast<std::int32_t>(i));
        }
      }
    }
  }
}

TEST(BilinearAxis, APartCountsIntoItsSources) {
  const auto axis = bilinear_axis(50, 333);
  const auto part = axis_part(axis, 100, 171);
  EXPECT_TRUE(std::is_sorted(part.sources.begin(), part.sources.end()));
  for (std::size_t i = 0; i < 71; ++i) {
    EXPECT_EQ(part.sources.at(static_cast<std::size_t>(part.axis.low[i])), axis.low[100 + i]);
    EXPECT_EQ(part.sources.at(static_cast<std::size_t>(part.axis.high[i])), axis.high[100 + i]);
  }
}

}  // namespace
}  // namespace relprompt::kernels
