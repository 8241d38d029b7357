// A calibration is chosen by validation alone.
#include "experiments/calibration_choice.h"

#include <gtest/gtest.h>

namespace relprompt::experiments {
namespace {

eval::Scores hiou(double value) {
  eval::Scores scores;
  scores.hiou = value;
  return scores;
}

TEST(CalibrationChoice, TakesTheBestOfValidationAndMeasuresTheTestOnce) {
  int tests = 0;
  const auto chosen = choose_calibration({0, 0.1, 0.2, 0.3}, [&](double value, bool validation) {
    tests += !validation;
    if (!validation) return std::optional(hiou(value == 0 ? 0.9 : 0.3));  // 0 would be best on the test set
    return std::optional(hiou(value == 0 ? 0.1 : value == 0.3 ? 0.2 : 0.4));
  });
  ASSERT_TRUE(chosen.has_value());
  EXPECT_EQ(chosen->chosen, 0.1);  // as good as 0.2 and smaller
  EXPECT_EQ(chosen->validation_hiou, (std::vector<double>{0.1, 0.4, 0.4, 0.2}));
  EXPECT_EQ(chosen->test.hiou, 0.3);
  EXPECT_EQ(tests, 1);
}

TEST(CalibrationChoice, StopsWhereMeasuringStops) {
  int left = 2;
  EXPECT_FALSE(choose_calibration({0, 0.1, 0.2}, [&](double, bool) -> std::optional<eval::Scores> {
                 if (left-- == 0) return std::nullopt;
                 return hiou(0.5);
               }).has_value());
  EXPECT_EQ(left, -1);
}

}  // namespace
}  // namespace relprompt::experiments
