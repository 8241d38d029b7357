// A calibration is chosen by validation alone.
#include "experiments/calibration_choice.h"

#include <gtest/gtest.h>

namespace relprompt::experiments {
namespace {

using Values = std::vector<double>;

eval::Scores hiou(double value) {
  eval::Scores scores;
  scores.hiou = value;
  return scores;
}

TEST(CalibrationChoice, TakesTheBestOfValidationAndMeasuresTheTestOnce) {
  std::vector<Values> tests;
  const auto chosen = choose_calibration({0, 0.1, 0.2, 0.3}, [&](const Values& values, bool validation) {
    if (validation) return Sweep({hiou(0.1), hiou(0.4), hiou(0.4), hiou(0.2)});
    tests.push_back(values);
    return Sweep({hiou(0.3)});
  });
  ASSERT_TRUE(chosen.has_value());
  EXPECT_EQ(chosen->chosen, 0.1);  // as good as 0.2 and smaller
  EXPECT_EQ(chosen->validation_hiou, (Values{0.1, 0.4, 0.4, 0.2}));
  EXPECT_EQ(chosen->test.hiou, 0.3);
  EXPECT_EQ(tests, std::vector<Values>{{0.1}});
}

TEST(CalibrationChoice, StopsWhereMeasuringStops) {
  for (const bool at_validation : {true, false}) {
    EXPECT_FALSE(choose_calibration({0, 0.1}, [&](const Values&, bool validation) -> Sweep {
                   if (validation == at_validation) return std::nullopt;
                   return Sweep({hiou(0.5), hiou(0.5)});
                 }).has_value());
  }
}

}  // namespace
}  // namespace relprompt::experiments
