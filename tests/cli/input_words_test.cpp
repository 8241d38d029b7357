// Inputs that are lists of others, and the image on the standard input.
#include <fstream>

#include <gmock/gmock.h>

#include "tiny_segment.h"

namespace relprompt::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class InputWords : public TinySegment {
 protected:
  void SetUp() override {
    TinySegment::SetUp();
    write_test_image(place_ / "a.png", 70, 90, 1);
    write_test_image(place_ / "b.png", 90, 70, 2);
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream(place_ / name) << text; }
};

TEST_F(InputWords, ListNamesInputs) {
  write("list.txt", "a.png\n\nb.png\r\n");
  const auto outcome = segment_road_and_sky({"@list.txt", "--save", "labels"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("a.labels.png", "b.labels.png"));
}

TEST_F(InputWords, ListOnTheStandardInputMayHaveZeros) {
  write("names", std::string("a.png\0b.png\0", 12));
  place_.standard_input = place_ / "names";
  const auto outcome = segment_road_and_sky({"@-", "--save", "labels"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("a.labels.png", "b.labels.png"));
}

TEST_F(InputWords, MissingFilesOfAListDoNotStopTheOthers) {
  write("list.txt", "gone.png\nb.png\n");
  const auto outcome = segment_road_and_sky({"@list.txt", "--save", "labels"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("gone.png"));
  EXPECT_THAT(place_.files("out"), ElementsAre("b.labels.png"));
}

TEST_F(InputWords, BadLists) {
  write("empty.txt", "\n");
  write("nested.txt", "@list.txt\n");
  auto outcome = segment_road_and_sky({"@empty.txt"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("empty.txt names no input"));
  outcome = segment_road_and_sky({"@nested.txt"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("@list.txt in a list"));
  outcome = segment_road_and_sky({"@gone.txt"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("gone.txt"));
}

TEST_F(InputWords, AnImageMayHaveSuchAName) {
  write_test_image(place_ / "@a.png", 70, 90, 1);
  EXPECT_EQ(segment_road_and_sky({"@a.png", "--save", "labels"}).status, 0);
  EXPECT_THAT(place_.files("out"), ElementsAre("@a.labels.png"));
}

TEST_F(InputWords, StandardInputIsAnImage) {
  place_.standard_input = place_ / "a.png";
  const auto outcome = segment_road_and_sky({"-", "b.png", "--save", "labels,json", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("b.json", "b.labels.png", "stdin.json", "stdin.labels.png"));
  EXPECT_THAT(outcome.out, HasSubstr("\"input\": \"-\""));
  const auto named = segment_road_and_sky({"a.png", "--save", "labels"});
  EXPECT_EQ(named.status, 0) << named;
  EXPECT_EQ(read_text(place_ / "out/stdin.labels.png"), read_text(place_ / "out/a.labels.png"));
}

TEST_F(InputWords, StandardInputThatIsDoneIsNotDoneAgain) {
  place_.standard_input = place_ / "a.png";
  EXPECT_EQ(segment_road_and_sky({"-", "--save", "labels"}).status, 0);
  auto again = segment_road_and_sky({"-", "--save", "labels", "--resume"});
  EXPECT_THAT(again.err, HasSubstr("1 already done")) << again;
  place_.standard_input = place_ / "b.png";
  again = segment_road_and_sky({"-", "--save", "labels", "--resume"});
  EXPECT_THAT(again.err, HasSubstr("1 image in")) << again;
}

TEST_F(InputWords, StandardInputThatIsNoImage) {
  place_.standard_input = place_ / "merges.txt";
  const auto outcome = segment_road_and_sky({"-"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("cannot read -"));
}

}  // namespace
}  // namespace relprompt::test
