// Numbers for kernels to work on, and the comparison of two results.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace relprompt::kernels {

/// Uniform in [-scale, scale), the same for a name everywhere.
inline std::vector<float> random_values(const char* name, std::int64_t count, float scale = 1.0f) {
  SplitMix64 random(fnv1a(name));
  std::vector<float> values(static_cast<std::size_t>(count));
  for (auto& value : values) value = scale * random.next_signed_unit();
  return values;
}

/// Expects no difference above `relative` times the largest expected number, or times 1 if that is larger.
inline void expect_close(const std::vector<float>& actual, const std::vector<double>& expected,
                         double relative) {
  ASSERT_EQ(actual.size(), expected.size());
  double scale = 1;
  for (const double value : expected) scale = std::max(scale, std::abs(value));
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i], relative * scale) << "at " << i;
  }
}

}  // namespace relprompt::kernels
