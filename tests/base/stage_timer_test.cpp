// Stage timers: no second counted twice, none without a recording, none across threads.
#include "base/stage_timer.h"

#include <thread>

#include <gtest/gtest.h>

namespace relprompt {
namespace {

void wait_ms(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

TEST(StageTimer, InnerStagesInterruptOuterOnes) {
  const StageRecording recording;
  const auto start = std::chrono::steady_clock::now();
  {
    const StageTimer outer(Stage::kRpm);
    wait_ms(5);
    EXPECT_EQ(timed(Stage::kMlp,
                    [] {
                      wait_ms(20);
                      return 42;
                    }),
              42);
    wait_ms(5);
  }
  wait_ms(5);
  const double all = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double rpm = recording.seconds(Stage::kRpm), mlp = recording.seconds(Stage::kMlp);
  EXPECT_GE(rpm, 0.010);
  EXPECT_GE(mlp, 0.020);
  EXPECT_LE(rpm + mlp, all - 0.005) << "what is between the stages belongs to none";
  EXPECT_EQ(recording.seconds(Stage::kLpm), 0);
}

TEST(StageTimer, TheInnermostRecordingListens) {
  const StageRecording outer;
  {
    const StageRecording inner;
    timed(Stage::kLpm, [] { wait_ms(2); });
    EXPECT_GT(inner.seconds(Stage::kLpm), 0);
  }
  EXPECT_EQ(outer.seconds(Stage::kLpm), 0);
  timed(Stage::kLpm, [] { wait_ms(2); });
  EXPECT_GT(outer.seconds(Stage::kLpm), 0);
}

TEST(StageTimer, OtherThreadsAreNotHeard) {
  const StageRecording recording;
  std::thread([] { timed(Stage::kAttention, [] { wait_ms(2); }); }).join();
  EXPECT_EQ(recording.seconds(Stage::kAttention), 0);
}

TEST(StageTimer, AnExceptionEndsTheStage) {
  const StageRecording recording;
  try {
    timed(Stage::kResize, []() -> int { throw 1; });
  } catch (int) {
  }
  const double at_once = recording.seconds(Stage::kResize);
  wait_ms(3);
  timed(Stage::kLpm, [] {});
  EXPECT_EQ(recording.seconds(Stage::kResize), at_once);
}

}  // namespace
}  // namespace relprompt
