// Logs of training runs: what is read, what is left out, what is refused, and the image drawn of one.
#include "analysis/training_log.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/training_curves.h"
#include "image_look.h"
#include "test_support.h"

namespace relprompt::analysis {
namespace {

using testing::ElementsAre;

std::string step(int iteration, double loss) {
  const std::string value = std::to_string(loss);
  return R"({"event":"step","iteration":)" + std::to_string(iteration) + R"(,"loss":)" + value +
         R"(,"parts":{"focal":)" + value + R"(,"dice":0.5},"rates":{"head":1e-4},"seconds":0.2})" + "\n";
}

std::string evaluation(int iteration, const std::string& scores) {
  return R"({"event":"evaluation","iteration":)" + std::to_string(iteration) + R"(,"scores":)" + scores +
         "}\n";
}

TrainingLog read(const std::string& text) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "log.jsonl", text);
  return read_training_log(folder / "log.jsonl");
}

TEST(TrainingLog, ReadsStepsAndEvaluations) {
  const TrainingLog log = read(step(10, 2) + R"({"event":"saved","file":"x"})" + "\n" + step(20, 1) +
                               evaluation(20, R"({"pacc":0.5,"miou":0.25,"other":1,"hiou":null})"));
  EXPECT_EQ(log.loss.name, "total");
  EXPECT_THAT(log.loss.x, ElementsAre(10, 20));
  EXPECT_THAT(log.loss.y, ElementsAre(2, 1));
  ASSERT_EQ(log.parts.size(), 2u);
  EXPECT_EQ(log.parts[0].name, "dice");
  EXPECT_THAT(log.parts[1].y, ElementsAre(2, 1));
  ASSERT_EQ(log.rates.size(), 1u);
  EXPECT_THAT(log.rates[0].y, ElementsAre(1e-4, 1e-4));
  ASSERT_EQ(log.scores.size(), 4u);
  EXPECT_EQ(log.scores[0].name, "miou");
  EXPECT_THAT(log.scores[0].y, ElementsAre(25));
  EXPECT_EQ(log.scores[1].name, "hiou");
  EXPECT_TRUE(std::isnan(log.scores[1].y[0]));
  EXPECT_EQ(log.scores[2].name, "pacc");
  EXPECT_EQ(log.scores[3].name, "other");
}

TEST(TrainingLog, AResumedRunReplacesWhatItRepeats) {
  const TrainingLog log = read(step(10, 4) + step(20, 3) + step(30, 9) + step(20, 2) + step(30, 1));
  EXPECT_THAT(log.loss.x, ElementsAre(10, 20, 30));
  EXPECT_THAT(log.loss.y, ElementsAre(4, 2, 1));
}

TEST(TrainingLog, ALastLineCutOffAnywhereIsLeftOut) {
  const std::string first = step(10, 4), second = step(20, 3);
  for (std::size_t length = 0; length + 1 < second.size(); ++length) {
    EXPECT_THAT(read(first + second.substr(0, length)).loss.x, ElementsAre(10)) << length;
  }
  EXPECT_THAT(read(first + second.substr(0, second.size() - 1)).loss.x, ElementsAre(10, 20));
  EXPECT_TRUE(read("").loss.x.empty());
}

TEST(TrainingLog, NamesTheLineThatIsWrong) {
  const auto refused = [](const std::string& line, const std::string& what) {
    SCOPED_TRACE(line.substr(0, 100));
    EXPECT_ERROR(read(step(1, 1) + line + "\n" + step(2, 1)), ErrorCode::kUnreadable, "line 2");
    EXPECT_ERROR(read(step(1, 1) + line + "\n" + step(2, 1)), ErrorCode::kUnreadable, what);
  };
  refused("", "log.jsonl");
  refused("{\"event\":", "log.jsonl");
  refused("[]", "event");
  refused("{\"event\":3}", "event");
  refused(R"({"event":"step","iteration":-1})", "iteration");
  refused(R"({"event":"step","iteration":1})", "loss");
  refused(R"({"event":"step","iteration":1,"loss":"low","parts":{},"rates":{}})", "\"loss\" is no number");
  refused(R"({"event":"step","iteration":1,"loss":1,"parts":[1],"rates":{}})", "\"parts\" is no object");
  refused(R"({"event":"step","iteration":1,"loss":1,"parts":{},"rates":{"a":{}}})", "\"a\" is no number");
  refused(R"({"event":"evaluation","iteration":1})", "scores");
  refused(std::string(kMaxLogLine + 1, ' '), "longer than");
  refused(std::string(100000, '['), "log.jsonl");
  std::string names;
  for (std::size_t i = 0; i <= kMaxLogNames; ++i) {
    names += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":1";
  }
  refused(R"({"event":"evaluation","iteration":1,"scores":{)" + names + "}}", "more than 256 names");
  EXPECT_ERROR(read_training_log("/nowhere/log.jsonl"), ErrorCode::kNotFound, "nowhere");
}

TEST(TrainingCurves, DrawAChartForEachKindOfNumber) {
  std::string text;
  for (int i = 1; i <= 100; ++i) text += step(i, 3.0 / i);
  const Image without = draw_training_curves(read(text));
  const Image with = draw_training_curves(read(text + evaluation(100, R"({"miou":0.4})")));
  EXPECT_TRUE(test::whole(with));
  EXPECT_EQ(with.height * 2, without.height * 3);
  EXPECT_GT(test::count(with, {214, 96, 0}), 200);  // a second curve: the parts
  EXPECT_TRUE(test::whole(draw_training_curves(read(""))));
  EXPECT_TRUE(test::whole(draw_training_curves(read(evaluation(7, R"({"miou":null})")))));
}

}  // namespace
}  // namespace relprompt::analysis
