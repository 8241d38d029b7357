// Learning rates: the points that the released training log shows, and the ends of the schedule.
#include "train/schedule.h"

#include <cmath>

#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::train {
namespace {

TEST(Schedule, GivesThePublishedPoints) {
  // "Iteration i" of a log is the update after i - 1 others.
  struct Point {
    std::int64_t shown;
    double rate;
  };
  for (const auto& [shown, rate] :
       {Point{50, 6.520e-07}, Point{100, 1.314e-06}, Point{10000, 1.118e-05}, Point{20000, 1.003e-06}}) {
    EXPECT_NEAR(learning_rate(2e-5, shown - 1, {}), rate, 0.0005 * std::pow(10, std::floor(std::log10(rate))))
        << shown;
  }
}

TEST(Schedule, StartsAtTheWarmUpRatioAndEndsAtTheMinimum) {
  EXPECT_NEAR(learning_rate(2e-4, 0, {}), 2e-4 * 1e-6, 1e-19);
  EXPECT_DOUBLE_EQ(learning_rate(2e-4, 20000, {}), 1e-6);
  EXPECT_DOUBLE_EQ(learning_rate(2e-4, 30000, {}), 1e-6);
}

TEST(Schedule, WarmUpJoinsTheDecayWithoutAStep) {
  config::ScheduleOptions cold, plain;
  plain.warmup_iterations = 0;
  for (const std::int64_t done : {1500, 1501, 9999}) {
    EXPECT_DOUBLE_EQ(learning_rate(2e-4, done, cold), learning_rate(2e-4, done, plain));
  }
  EXPECT_LT(learning_rate(2e-4, 1499, cold), learning_rate(2e-4, 1499, plain));
  EXPECT_NEAR(learning_rate(2e-4, 1499, cold), learning_rate(2e-4, 1500, cold), 2e-4 / 1000);
  EXPECT_DOUBLE_EQ(learning_rate(2e-4, 0, plain), 2e-4);
}

TEST(Schedule, ShortRunsEndInsideTheWarmUp) {
  config::ScheduleOptions options;
  options.iterations = 60;
  options.warmup_iterations = 100;
  EXPECT_GT(learning_rate(2e-4, 30, options), 0);
  EXPECT_DOUBLE_EQ(learning_rate(2e-4, 60, options), 1e-6 * (1 - 0.4 * (1 - 1e-6)));
}

TEST(Schedule, AWarmUpOfNearlyTheWholeRunIsNamed) {
  config::ScheduleOptions options;
  options.iterations = 60;
  options.warmup_iterations = 50;
  EXPECT_LT(highest_share(options), 0.4);
  EXPECT_NE(
      warm_up_warning(highest_share(options), 50, 60, "run", "train.warmup_iterations").find("50 iterations"),
      std::string::npos);
  options.warmup_iterations = 10;
  EXPECT_GT(highest_share(options), 0.8);
  EXPECT_EQ(warm_up_warning(highest_share(options), 10, 60, "run", "train.warmup_iterations"), "");
  EXPECT_NEAR(highest_share(config::ScheduleOptions()), 1, 0.1);
}

TEST(Schedule, OptionsOutOfRangeAreNamed) {
  const auto with = [](auto set) {
    config::ScheduleOptions options;
    set(options);
    return options;
  };
  EXPECT_ERROR(check(with([](auto& o) { o.iterations = 0; })), ErrorCode::kBadArgument, "iterations = 0");
  EXPECT_ERROR(check(with([](auto& o) { o.power = NAN; })), ErrorCode::kBadArgument, "power");
  EXPECT_ERROR(check(with([](auto& o) { o.minimum = -1e-6; })), ErrorCode::kBadArgument, "minimum");
  EXPECT_ERROR(check(with([](auto& o) { o.warmup_iterations = -1; })), ErrorCode::kBadArgument,
               "warmup_iterations");
  EXPECT_ERROR(check(with([](auto& o) { o.warmup_ratio = 2; })), ErrorCode::kBadArgument, "warmup_ratio = 2");
  EXPECT_NO_THROW(check(config::ScheduleOptions()));
}

}  // namespace
}  // namespace relprompt::train
