// Learning rates: the points that the released training log shows, and the ends of the schedule.
#include "train/schedule.h"

#include <cmath>

#include <gtest/gtest.h>

#include "test_support.h"
#include "train/self_training.h"

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

config::RunConfig self_training(bool restart) {
  config::RunConfig config;
  config.setting = eval::Setting::kTransductive;
  config.self_training.restart = restart;
  return config;
}

double rate_of(const config::RunConfig& config, std::int64_t done) {
  const auto stretch = stretch_of(config, done);
  return learning_rate(2e-4, done - stretch.first, stretch.schedule);
}

TEST(SelfTraining, BeginsAfterItsShareOfTheRun) {
  auto config = self_training(false);
  EXPECT_EQ(self_training_begin(config), 10000);
  config.train.schedule.iterations = 7;
  EXPECT_EQ(self_training_begin(config), 4) << "the first iteration with half of them done";
  config.setting = eval::Setting::kInductive;
  EXPECT_EQ(self_training_begin(config), std::nullopt);
}

TEST(SelfTraining, RestartGivesTheSecondHalfAWarmUpAndScheduleOfItsOwn) {
  const auto config = self_training(true), plain = self_training(false);
  config::ScheduleOptions half;
  half.iterations = 10000;
  for (const std::int64_t done : {0, 1499, 9999}) {
    EXPECT_EQ(rate_of(config, done), learning_rate(2e-4, done, {})) << "the first half of a run of 20000";
  }
  for (const std::int64_t done : {10000, 11499, 15000, 19999}) {
    EXPECT_EQ(rate_of(config, done), learning_rate(2e-4, done - 10000, half));
    EXPECT_EQ(rate_of(plain, done), learning_rate(2e-4, done, {}));
    EXPECT_EQ(restarts_at(config, done), done == 10000);
    EXPECT_FALSE(restarts_at(plain, done));
  }
  auto inductive = config;
  inductive.setting = eval::Setting::kInductive;
  EXPECT_EQ(rate_of(inductive, 15000), learning_rate(2e-4, 15000, {}));
  EXPECT_FALSE(restarts_at(inductive, 10000));
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
