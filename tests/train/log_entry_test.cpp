#include "train/log_entry.h"

#include <gmock/gmock.h>

namespace relprompt::train {
namespace {

using testing::HasSubstr;

TEST(LogEntry, StepTellsTimeLeftAndMemory) {
  const auto entry =
      step_entry({10, 100, 0.5, {{"dice", 0.25}}, {{"prompts", 1e-3}}, 2, 40, std::uint64_t{300} << 20});
  EXPECT_THAT(entry.sentence,
              HasSubstr("iteration 10/100  loss 0.5000  dice 0.2500  learning rate of prompts 1.000e-03"));
  EXPECT_THAT(entry.sentence, HasSubstr("1:00:00 left  300 MB"));
  EXPECT_EQ(entry.event["memory_mb"], 300);
  EXPECT_EQ(entry.event["parts"]["dice"], 0.25);
}

TEST(LogEntry, EvaluationTellsTheSplitWhereThereIsOne) {
  eval::Scores scores;
  scores.miou = 0.5;
  scores.pacc = 0.75;
  EXPECT_EQ(evaluation_entry(3, "held-out part", scores, false).sentence,
            "iteration 3: held-out part: mIoU 50.0, pAcc 75.0");
  scores.hiou = 0.25;
  const auto entry = evaluation_entry(3, "held-out part", scores, true);
  EXPECT_THAT(entry.sentence, HasSubstr("seen -, unseen -, hIoU 25.0; best so far"));
  EXPECT_TRUE(entry.event["scores"]["miou_seen"].is_null());
}

TEST(LogEntry, ClockTime) {
  EXPECT_EQ(clock_time(0), "0:00");
  EXPECT_EQ(clock_time(59.6), "1:00");
  EXPECT_EQ(clock_time(3723), "1:02:03");
  EXPECT_EQ(clock_time(-1), "0:00");
}

}  // namespace
}  // namespace relprompt::train
