// The small files and logs that tables are made of.
#include "experiments/run_result.h"

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "test_support.h"

namespace relprompt::experiments {
namespace {

TEST(RunResult, ComesBackAsWritten) {
  const test::TemporaryFolder folder;
  RunResult result;
  result.fingerprint = "abc";
  result.seed = 2;
  result.test.miou = 0.25;
  result.most_frequent_class.pacc = 0.5;
  result.m2oe_updates = {0.25, 0};
  result.calibrated = Calibrated{{0, 0.1}, {0.5, 0.625}, 0.1, {}};
  result.calibrated->test.hiou = 0.75;
  write_result(folder / "row.json", result);
  const auto read = read_result(folder / "row.json", "abc");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->seed, 2u);
  EXPECT_EQ(read->test.miou, 0.25);
  EXPECT_FALSE(read->test.hiou.has_value());
  EXPECT_EQ(read->most_frequent_class.pacc, 0.5);
  EXPECT_EQ(read->m2oe_updates, result.m2oe_updates);
  EXPECT_EQ(read->calibrated->candidates, result.calibrated->candidates);
  EXPECT_EQ(read->calibrated->validation_hiou, result.calibrated->validation_hiou);
  EXPECT_EQ(read->calibrated->chosen, 0.1);
  EXPECT_EQ(read->calibrated->test.hiou, 0.75);
  EXPECT_FALSE(read_result(folder / "row.json", "abd").has_value());
  EXPECT_FALSE(read_result(folder / "nowhere.json", "abc").has_value());
}

TEST(RunResult, OfAnOlderProgramIsStillOne) {
  const test::TemporaryFolder folder;
  const std::string scores =
      R"({"miou_seen": 0.5, "miou_unseen": null, "hiou": null, "miou": 0.5, "pacc": 0.5})";
  test::write_text(folder / "row.json", R"({"fingerprint": "abc", "seed": 0, "failure": "", "test": )" +
                                            scores + R"(, "validation": )" + scores +
                                            R"(, "trained_numbers": 7, "seconds": 1.5})");
  const auto read = read_result(folder / "row.json", "abc");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->trained_parameters, 7u);
  EXPECT_FALSE(read->most_frequent_class.miou.has_value());
  EXPECT_FALSE(read->calibrated.has_value());
  EXPECT_TRUE(read->m2oe_updates.empty());
}

TEST(RunResult, HeldOutScoresAreThoseOfTheLastEvaluation) {
  const test::TemporaryFolder folder;
  const auto event = [](const std::string& part, const std::string& miou) {
    return R"({"event": "evaluation", "part": ")" + part + R"(", "scores": {"miou": )" + miou +
           R"(, "miou_seen": null, "miou_unseen": null, "hiou": null, "pacc": 0.5}})" + "\n";
  };
  const std::string step = R"({"event": "step", "seconds": 0.5})" + std::string("\n");
  test::write_text(folder / "log.jsonl", step + event("held-out part", "0.1") + step +
                                             event("held-out part", "0.2") + event("test set", "0.9"));
  EXPECT_EQ(held_out_scores(folder / "log.jsonl").miou, 0.2);
  EXPECT_DOUBLE_EQ(training_seconds(folder / "log.jsonl", 10), 5);
  test::write_text(folder / "log.jsonl", step);
  EXPECT_FALSE(held_out_scores(folder / "log.jsonl").miou.has_value());
  test::write_text(folder / "log.jsonl", "{");
  EXPECT_ERROR(held_out_scores(folder / "log.jsonl"), ErrorCode::kUnreadable, "log.jsonl");
}

}  // namespace
}  // namespace relprompt::experiments
