// relprompt segment when something is wrong with images, outputs or the device: the right status, a message
// with the reason, and no half-written file.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include <gmock/gmock.h>

#include "image/image_files.h"
#include "tiny_segment.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SegmentFailures : public TinySegment {
 protected:
  void SetUp() override {
    TinySegment::SetUp();
    write_test_image(place_ / "good.png", 64, 64);
  }

  Outcome segment(const std::vector<std::string>& arguments) const { return segment_road_and_sky(arguments); }

  /// Expects exit status 3 for this one image, a message with the fragment, and no output folder.
  void expect_bad_image(const std::string& image, const std::string& fragment) const {
    const Outcome outcome = segment({image});
    EXPECT_EQ(outcome.status, 3) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("relprompt: error: ")) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(image)) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(fragment)) << outcome;
    EXPECT_FALSE(fs::exists(place_ / "out"));
  }
};

TEST_F(SegmentFailures, MissingFile) {
  expect_bad_image("gone.jpg", "");
}

TEST_F(SegmentFailures, EmptyFolderAndIdleGlob) {
  fs::create_directory(place_ / "nothing");
  expect_bad_image("nothing", "");
  expect_bad_image("*.webp", "");
}

TEST_F(SegmentFailures, NotAnImage) {
  write_text(place_ / "letter.jpg", "Dear reader");
  write_text(place_ / "empty.png", "");
  expect_bad_image("letter.jpg", "Dear reader");
  expect_bad_image("empty.png", "empty");
}

TEST_F(SegmentFailures, TruncatedImages) {
  const Image image = test_image(200, 300);
  image::write_jpg(place_ / "whole.jpg", image);
  image::write_png(place_ / "whole.png", image);
  for (const char* ending : {".jpg", ".png"}) {
    const std::string bytes = read_text(place_ / (std::string("whole") + ending));
    write_text(place_ / (std::string("half") + ending), bytes.substr(0, bytes.size() / 2));
    expect_bad_image(std::string("half") + ending, "");
  }
}

TEST_F(SegmentFailures, TooManyPixelsAfterResizing) {
  // 20x2000 is small, but a short side of 64 makes it 64x6400.
  write_test_image(place_ / "strip.png", 20, 2000);
  const Outcome outcome = segment({"strip.png", "--max-pixels", "400000"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("--max-pixels")) << outcome;
  EXPECT_FALSE(fs::exists(place_ / "out"));
  EXPECT_EQ(segment({"strip.png", "--max-pixels", "409600"}).status, 0);
}

TEST_F(SegmentFailures, OneBadImageDoesNotStopTheOthers) {
  write_test_image(place_ / "in/a.png", 64, 64);
  write_text(place_ / "in/deep/b.png", "broken");
  write_test_image(place_ / "in/c.png", 64, 64);
  const Outcome outcome = segment({"in", "gone.png", "--save", "labels,json,scores"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("2 inputs failed")) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("in/deep/b.png")) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("gone.png")) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("a.json", "a.labels.png", "a.scores.npy", "c.json",
                                               "c.labels.png", "c.scores.npy"));
}

TEST_F(SegmentFailures, HeicOfAFolderIsLeftOutWhereItCannotBeRead) {
  place_.environment["RELPROMPT_HEIF"] = "off";
  write_test_image(place_ / "in/a.png", 64, 64);
  write_text(place_ / "in/b.HEIC", "not looked into");
  write_text(place_ / "in/c.avif", "not looked into");
  Outcome outcome = segment({"in", "--save", "labels", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  const auto document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document["totals"]["skipped"], 2);
  EXPECT_EQ(document["images"][0]["status"], "skipped");
  EXPECT_THAT(document["images"][0]["reason"].get<std::string>(), HasSubstr("librelprompt-heif.so"));
  EXPECT_THAT(outcome.err, HasSubstr("and 1 such image more")) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("a.labels.png"));

  outcome = segment({"in/b.HEIC", "--save", "labels", "--force"});
  EXPECT_EQ(outcome.status, 3) << "one that is named is a failure";
  fs::remove(place_ / "in/a.png");
  outcome = segment({"in"});
  EXPECT_EQ(outcome.status, 3) << "nothing was done";
  EXPECT_THAT(outcome.err, HasSubstr("librelprompt-heif.so")) << outcome;
}

TEST_F(SegmentFailures, OutputFolderInTheWayOfAFile) {
  write_text(place_ / "out", "a file");
  const Outcome outcome = segment({"good.png"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("out")) << outcome;
  EXPECT_EQ(read_text(place_ / "out"), "a file");
}

TEST_F(SegmentFailures, UnwritableOutputStopsTheRunAtOnce) {
  write_test_image(place_ / "in/a.png", 64, 64);
  write_test_image(place_ / "in/b.png", 64, 64);
  fs::create_directories(place_ / "out/a.overlay.jpg/in_the_way");
  const Outcome outcome = segment({"in", "--json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("a.overlay.jpg")) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("a.overlay.jpg/in_the_way/")) << "nothing was begun";
  EXPECT_EQ(outcome.out, "");
}

TEST_F(SegmentFailures, FullDisk) {
  for (const char* kinds : {"scores", "labels,overlay", "labels,scores,json"}) {
    write_test_image(place_ / "big.png", 600, 800);
    place_.file_size_limit = 16'384;
    const Outcome outcome = segment({"big.png", "good.png", "--save", kinds});
    EXPECT_EQ(outcome.status, 3) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("nothing half-written was left")) << outcome;
    EXPECT_THAT(place_.files("out"), IsEmpty()) << kinds;
  }
}

TEST_F(SegmentFailures, OlderResultsStayWhereSomethingIsInTheWay) {
  ASSERT_EQ(segment({"good.png"}).status, 0);
  fs::remove(place_ / "out/good.overlay.jpg");
  fs::create_directories(place_ / "out/good.overlay.jpg/in_the_way");
  ASSERT_EQ(segment({"good.png"}).status, 3);
  EXPECT_TRUE(fs::exists(place_ / "out/good.json"));
}

TEST_F(SegmentFailures, ForeignJsonIsNotReplaced) {
  write_text(place_ / "out/good.json", R"({"shapes": ["a day of work"]})");
  const Outcome outcome = segment({"good.png"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("good.json")) << outcome;
  EXPECT_THAT(place_.files("out"), ElementsAre("good.json"));
  EXPECT_THAT(read_text(place_ / "out/good.json"), HasSubstr("a day of work"));
  EXPECT_EQ(segment({"good.png", "--save", "labels"}).status, 0);
  EXPECT_THAT(place_.files("out"), ElementsAre("good.json", "good.labels.png"));
}

TEST_F(SegmentFailures, HandMadeLabelsAndOverlaysAreNotReplaced) {
  for (const char* name : {"out/good.labels.png", "out/good.overlay.jpg", "out/good.palette.png"}) {
    write_text(place_ / name, "a day of work");
    const Outcome outcome = segment({"good.png", "--save", "labels,overlay,palette"});
    EXPECT_EQ(outcome.status, 3) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(name)) << outcome;
    EXPECT_EQ(read_text(place_ / name), "a day of work");
    EXPECT_EQ(place_.files("out").size(), 1u) << name;
    fs::remove_all(place_ / "out");
  }
}

TEST_F(SegmentFailures, NoSuchDevice) {
  const Outcome outcome = segment({"good.png", "--device", "cuda:99"});
  EXPECT_EQ(outcome.status, 5) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("cuda")) << outcome;
  EXPECT_FALSE(fs::exists(place_ / "out"));
  const Outcome any = segment({"good.png", "--device", "cuda"});
  if (any.status == 0) GTEST_SKIP() << "this machine has CUDA";
  EXPECT_EQ(any.status, 5) << any;
}

TEST_F(SegmentFailures, TextTooLong) {
  std::string name;
  for (int word = 0; word < 90; ++word) name += "road ";
  const Outcome outcome = place_.run({"segment", "good.png", "--model", "tiny.safetensors", "--vocab",
                                      "merges.txt", "-o", "out", "-c", name});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("--truncate")) << outcome;
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

TEST_F(SegmentFailures, ProcessorsThatAreNotThere) {
  const auto with = [&](std::vector<std::pair<const char*, const char*>> variables) {
    for (const auto& [name, value] : variables) ::setenv(name, value, 1);
    const Outcome outcome = segment({"good.png", "--precision", "bf16"});
    for (const auto& [name, value] : variables) ::unsetenv(name);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_FALSE(fs::exists(place_ / "out"));
    return outcome.err;
  };
  EXPECT_THAT(with({{"RELPROMPT_BF16", "fast"}}), HasSubstr("possible: native, fp32"));
  EXPECT_THAT(with({{"RELPROMPT_BF16", "native"}, {"DNNL_MAX_CPU_ISA", "SSE41"}}),
              HasSubstr("they need AVX-512"));
  EXPECT_THAT(with({{"RELPROMPT_ISA", "mmx"}}), HasSubstr("possible: portable, avx2, avx512"));
}

}  // namespace
}  // namespace relprompt::test
