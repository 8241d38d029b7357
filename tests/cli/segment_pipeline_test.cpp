// relprompt segment over many images: reading ahead and writing behind change neither the order of anything
// nor what happens when one of them goes wrong.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "tiny_segment.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

/// With one thread that reads and one that writes, and with several.
class Pipeline : public TinySegment, public testing::WithParamInterface<const char*> {
 protected:
  static constexpr int kImages = 12;

  void SetUp() override {
    TinySegment::SetUp();
    for (int i = 0; i < kImages; ++i)
      write_test_image(place_ / ("in/" + name(i) + ".png"), 64 + 3 * i, 70,
                       1 + static_cast<std::uint64_t>(i));
  }

  static std::string name(int i) { return std::string("p") + (i < 10 ? "0" : "") + std::to_string(i); }

  Outcome segment(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--io-threads", GetParam()});
    return segment_road_and_sky(arguments);
  }

  /// "p03 done" for each photo of a run's document, in its order.
  static std::vector<std::string> story(const json& document) {
    std::vector<std::string> lines;
    for (const auto& image : document["images"]) {
      lines.push_back(fs::path(image["input"].get<std::string>()).stem().string() + " " +
                      image["status"].get<std::string>());
    }
    return lines;
  }
};

INSTANTIATE_TEST_SUITE_P(IoThreads, Pipeline, testing::Values("1", "4"),
                         [](const auto& threads) { return std::string(threads.param); });

TEST_P(Pipeline, ResultsKeepTheOrderOfTheImages) {
  const Outcome outcome = segment({"in"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  std::size_t at = 0;
  for (int i = 0; i < kImages; ++i) {
    const auto found = outcome.out.find(name(i) + ".png: ", at);
    ASSERT_NE(found, std::string::npos) << name(i) << "\n" << outcome;
    at = found;
  }
  EXPECT_THAT(outcome.err, HasSubstr("12 images in "));
  EXPECT_EQ(place_.files("out").size(), 3u * kImages);
}

TEST_P(Pipeline, EveryImageGetsWhatItGetsAlone) {
  ASSERT_EQ(segment({"in", "--save", "labels,scores"}).status, 0);
  for (const int i : {0, 5, 11}) {
    const auto together = read_text(place_ / ("out/" + name(i) + ".labels.png"));
    const auto scores = read_text(place_ / ("out/" + name(i) + ".scores.npy"));
    ASSERT_EQ(segment({"in/" + name(i) + ".png", "--save", "labels,scores"}).status, 0);
    EXPECT_EQ(read_text(place_ / ("out/" + name(i) + ".labels.png")), together);
    EXPECT_EQ(read_text(place_ / ("out/" + name(i) + ".scores.npy")), scores);
  }
}

TEST_P(Pipeline, ACorruptImageInTheMiddleKeepsItsPlace) {
  for (const int i : {5, 6, 9}) write_text(place_ / ("in/" + name(i) + ".png"), "broken");
  const Outcome outcome = segment({"in", "--json", "--save", "labels,scores,json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  const json document = json::parse(outcome.out);
  std::vector<std::string> expected;
  for (int i = 0; i < kImages; ++i) {
    expected.push_back(name(i) + (i == 5 || i == 6 || i == 9 ? " failed" : " done"));
  }
  EXPECT_EQ(story(document), expected);
  ASSERT_EQ(document["errors"].size(), 3u);
  EXPECT_THAT(document["errors"][0]["input"].get<std::string>(), HasSubstr("p05"));
  EXPECT_EQ(document["totals"]["done"], kImages - 3);
  EXPECT_EQ(document["totals"]["complete"], true);
  EXPECT_EQ(place_.files("out").size(), 3u * (kImages - 3));
}

TEST_P(Pipeline, AnOutputThatIsInTheWayIsFoundBeforeTheFirstImage) {
  fs::create_directories(place_ / "out/p04.overlay.jpg/in_the_way");
  const Outcome outcome = segment({"in", "--json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, testing::HasSubstr("p04.overlay.jpg")) << outcome;
  EXPECT_EQ(place_.files("out").size(), 1u) << "nothing was begun";
}

TEST_P(Pipeline, AForeignFileIsFoundBeforeAnyWork) {
  for (const char* taken : {"out/p03.json", "out/p07.labels.png"}) {
    write_text(place_ / taken, "of a user");
    const Outcome outcome = segment({"in"});
    EXPECT_EQ(outcome.status, 3) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(taken)) << outcome;
    EXPECT_EQ(place_.files("out").size(), 1u);
    EXPECT_EQ(read_text(place_ / taken), "of a user");
    fs::remove(place_ / taken);
  }
}

TEST_P(Pipeline, AnEditedResultInTheMiddleLeavesTheFilesBeforeIt) {
  ASSERT_EQ(segment({"in"}).status, 0);
  write_text(place_ / "out/p03.json", R"({"shapes": []})");
  const Outcome outcome = segment({"in", "--json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("p03.json is there already and was changed")) << outcome;
  EXPECT_EQ(story(json::parse(outcome.out)), (std::vector<std::string>{"p00 done", "p01 done", "p02 done"}));
  EXPECT_EQ(place_.files("out").size(), 3u * kImages);
  EXPECT_EQ(read_text(place_ / "out/p03.json"), R"({"shapes": []})");
}

TEST_P(Pipeline, ResumeSkipsWhatIsThere) {
  ASSERT_EQ(segment({"in"}).status, 0);
  for (const int i : {0, 4, 5, 11}) fs::remove(place_ / ("out/" + name(i) + ".labels.png"));
  const Outcome outcome = segment({"in", "--resume", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  std::vector<std::string> expected;
  for (int i = 0; i < kImages; ++i) {
    expected.push_back(name(i) + (i == 0 || i == 4 || i == 5 || i == 11 ? " done" : " skipped"));
  }
  EXPECT_EQ(story(json::parse(outcome.out)), expected);
  EXPECT_EQ(place_.files("out").size(), 3u * kImages);
}

}  // namespace
}  // namespace relprompt::test
