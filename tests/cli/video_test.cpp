// relprompt video as a user runs it.
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image_files.h"
#include "image/label_files.h"
#include "tiny_segment.h"
#include "video/av_library.h"

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

bool has_library() {
  return fs::exists(RELPROMPT_VIDEO_LIBRARY);
}

class Video : public TinySegment {
 protected:
  static constexpr int kHeight = 64, kWidth = 110;

  /// A frame of a video in which a band changes and the rest stays.
  static Image frame(int number) {
    Image image = test_image(kHeight, kWidth, 5);
    for (int y = 10; y < 30; ++y)
      for (int x = 0; x < 20; ++x)
        image.rgb[3 * static_cast<std::size_t>(y * kWidth + x)] =
            static_cast<std::uint8_t>(40 * (number / 2));
    return image;
  }

  void write_frames(const std::string& folder, int frames) const {
    fs::create_directories(place_ / folder);
    for (int i = 1; i <= frames; ++i) image::write_png(place_ / fmt_name(folder, i, ".png"), frame(i));
  }

  static std::string fmt_name(const std::string& folder, int number, const std::string& ending) {
    const std::string digits = std::to_string(number);
    return folder + "/" + std::string(6 - digits.size(), '0') + digits + ending;
  }

  /// A lossless video of the same frames.
  std::string write_video(const std::string& name, int frames) const {
    const auto& av = video::av_library("a test");
    std::string problem, bytes;
    const auto encoder = av.encode(video::Encoding::kColors, kHeight, kWidth, 3, 10, problem);
    for (int i = 1; i <= frames; ++i) {
      const Image image = frame(i);
      EXPECT_TRUE(encoder->add({kHeight, kWidth, image.rgb.data(), 3}, (i - 1) * 100'000, problem))
          << problem;
    }
    EXPECT_TRUE(encoder->finish(bytes, problem)) << problem;
    write_text(place_ / name, bytes);
    return name;
  }

  std::vector<std::string> command(std::vector<std::string> arguments,
                                   const std::string& output = "out") const {
    arguments.insert(arguments.begin(), "video");
    for (const auto& word :
         {std::string("--model"), std::string("tiny.safetensors"), std::string("--vocab"),
          std::string("merges.txt"), std::string("-c"), std::string("road, sky, tree"), std::string("-o"),
          output, std::string("--short-side"), std::string("64"), std::string("--window"), std::string("64"),
          std::string("--stride"), std::string("46")})
      arguments.push_back(word);
    return arguments;
  }
  Outcome run(std::vector<std::string> arguments, const std::string& output = "out") const {
    return place_.run(command(std::move(arguments), output));
  }

  image::StoredLabels labels(const std::string& file) const { return image::read_labels_png(place_ / file); }
  json report(const std::string& output = "out") const {
    return json::parse(read_text(place_ / output / "run.json"));
  }
  std::vector<json> lines(const std::string& output = "out") const {
    std::vector<json> result;
    std::ifstream file(place_ / output / "frames.jsonl");
    for (std::string line; std::getline(file, line);) result.push_back(json::parse(line));
    return result;
  }
};

TEST_F(Video, FramesAloneGetTheLabelsOfSegment) {
  write_frames("in", 5);
  const auto outcome = run({"in", "--save", "labels,frames,json,timeline"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  ASSERT_EQ(
      place_
          .run({"segment", "out", "-m", "tiny.safetensors", "--vocab", "merges.txt", "-c", "road, sky, tree",
                "-o", "single", "--save", "labels", "--short-side", "64", "--window", "64", "--stride", "46"})
          .status,
      0);
  const auto rows = lines();
  ASSERT_EQ(rows.size(), 5u);
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(image::read_labels_png(place_ / fmt_name("out", i, ".labels.png")).map.labels,
              labels(fmt_name("single", i, ".labels.png")).map.labels)
        << i;
    EXPECT_EQ(rows[static_cast<std::size_t>(i - 1)]["frame"], i);
  }
  // Frames 2 and 3 are equal, and so are 4 and 5; the band lies in the first of two windows alone.
  EXPECT_EQ(rows[1]["reused"], 1);
  EXPECT_EQ(rows[2]["reused"], 2);
  EXPECT_EQ(rows[2]["windows"], 2);
  EXPECT_DOUBLE_EQ(rows[4]["seconds"], 4 / 25.0);
  EXPECT_THAT(place_.files("out"), Contains("timeline.png"));
  EXPECT_THAT(place_.files("out"), Not(Contains(HasSubstr("parts")))) << "joined and removed";
}

TEST_F(Video, AVideoFileGetsOverlayLabelsLinesAndTimeline) {
  if (!has_library()) GTEST_SKIP();
  write_video("in.mkv", 35);
  const auto outcome = run({"in.mkv", "--save", "overlay,labels-video,json,timeline,labels"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("35 frames in "));
  const auto& av = video::av_library("a test");
  std::string problem;
  const auto reader = av.read_labels(place_ / "out/labels.mkv", problem);
  ASSERT_TRUE(reader) << problem;
  for (int i = 1; i <= 35; ++i) {
    LabelMap map;
    ASSERT_TRUE(reader->next(map, problem)) << problem;
    EXPECT_EQ(map.labels, labels(fmt_name("out", i, ".labels.png")).map.labels) << i;
  }
  const auto overlay = av.open((place_ / "out/overlay.mkv").string(), {false, 100'000'000}, problem);
  ASSERT_TRUE(overlay) << problem;
  video::Frame frame;
  int frames = 0;
  while (overlay->next(frame) == video::Next::kFrame) EXPECT_EQ(frame.time, 100'000 * frames++);
  EXPECT_EQ(frames, 35);
  const auto account = report();
  EXPECT_EQ(account["labelled"], 35);
  EXPECT_EQ(account["lost"], 0);
  EXPECT_EQ(account["input"]["fps"], 10);
  EXPECT_EQ(account["files"]["overlay"], "overlay.mkv");
  EXPECT_GT(account["windows_reused"], 30);
}

TEST_F(Video, AKilledRunGoesOnToTheSameLabels) {
  if (!has_library()) GTEST_SKIP();
  write_video("in.mkv", 75);
  const std::vector<std::string> smooth = {"in.mkv", "--smooth", "0.7", "--save",
                                           "labels-video,json,timeline"};
  ASSERT_EQ(run(smooth, "whole").status, 0);
  for (const int signal : {SIGKILL, SIGINT}) {
    const std::string output = "out" + std::to_string(signal);
    const pid_t process = place_.start(command(smooth, output));
    while (!fs::exists(place_ / output / "parts/000001.group.json")) usleep(1000);
    ::kill(process, signal);
    const auto stopped = place_.wait(process);
    if (stopped.status != 0) {  // a fast machine may be done by then
      EXPECT_EQ(stopped.status, 128 + signal) << stopped;
      EXPECT_FALSE(fs::exists(place_ / output / "labels.mkv"));
    }
    auto again = smooth;
    again.emplace_back("--resume");
    const auto rest = run(again, output);
    ASSERT_EQ(rest.status, 0) << rest;
    if (stopped.status != 0) {
      EXPECT_THAT(rest.err, HasSubstr("frames of an earlier run are there"));
    }
    EXPECT_EQ(read_text(place_ / output / "labels.mkv"), read_text(place_ / "whole/labels.mkv"));
    EXPECT_EQ(read_text(place_ / output / "frames.jsonl"), read_text(place_ / "whole/frames.jsonl"));
    EXPECT_EQ(read_text(place_ / output / "timeline.png"), read_text(place_ / "whole/timeline.png"));
    const auto done = run(again, output);
    EXPECT_EQ(done.status, 0);
    EXPECT_THAT(done.err, HasSubstr("already done"));
  }
}

TEST_F(Video, ResumeBeginsAnewWhereOptionsOrTheVideoChanged) {
  write_frames("in", 3);
  ASSERT_EQ(run({"in", "--save", "labels,json"}).status, 0);
  const auto smooth = run({"in", "--save", "labels,json", "--smooth", "0.5", "--resume"});
  ASSERT_EQ(smooth.status, 0) << smooth;
  EXPECT_THAT(smooth.err, Not(HasSubstr("already done")));
  write_frames("in", 4);
  ASSERT_EQ(run({"in", "--save", "labels,json", "--smooth", "0.5", "--resume"}).status, 0);
  EXPECT_EQ(lines().size(), 4u);
}

TEST_F(Video, LostFramesAreCountedNamedAndTheRestIsLabelled) {
  write_frames("in", 7);
  write_text(place_ / "in/000003.png", "damaged");
  fs::remove(place_ / "in/000005.png");
  const auto outcome = run({"in/%06d.png", "--save", "labels,json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("2 of 7 frames are lost"));
  EXPECT_THAT(outcome.err, HasSubstr("\n  5: there is no image of this number"));
  const auto account = report();
  EXPECT_EQ(account["labelled"], 5);
  EXPECT_EQ(account["lost_frames"][0]["first"], 3);
  EXPECT_THAT(place_.files("out"), Contains("000007.labels.png"));
  EXPECT_THAT(place_.files("out"), Not(Contains("000003.labels.png")));
}

TEST_F(Video, ADamagedFileNeverStopsTheFramesThatAreWhole) {
  if (!has_library()) GTEST_SKIP();
  write_video("in.mkv", 12);
  auto bytes = read_text(place_ / "in.mkv");
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 40; ++i)
    bytes[i] = static_cast<char>(~bytes[i]);
  write_text(place_ / "damaged.mkv", bytes);
  const auto outcome = run({"damaged.mkv"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  const auto account = report();
  EXPECT_EQ(account["labelled"].get<int>() + account["lost"].get<int>(), 12);
  EXPECT_GE(account["labelled"], 10);
  EXPECT_THAT(outcome.err, HasSubstr("of 12 frames are lost"));
  write_text(place_ / "nothing.mp4", "no video");
  const auto nothing = run({"nothing.mp4"});
  EXPECT_EQ(nothing.status, 3) << nothing;
  EXPECT_THAT(nothing.err, HasSubstr("nothing.mp4: expected a video"));
}

TEST_F(Video, RawFramesComeThroughThePipe) {
  std::string bytes;
  for (int i = 1; i <= 4; ++i) {
    const Image image = frame(i);
    bytes.append(image.rgb.begin(), image.rgb.end());
  }
  write_text(place_ / "raw", bytes + "rest");
  place_.standard_input = place_ / "raw";
  const auto outcome = run({"-", "--raw", "110x64", "--fps", "2", "--save", "labels,json"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("5: the stream ends after 4 of its 21120 bytes"));
  EXPECT_EQ(report()["labelled"], 4);
  EXPECT_DOUBLE_EQ(lines()[3]["seconds"], 1.5);
}

TEST_F(Video, ALiveStreamDropsFramesAndCountsThem) {
  std::string bytes;
  for (int i = 0; i < 400; ++i) {
    const Image image = frame(i);
    bytes.append(image.rgb.begin(), image.rgb.end());
  }
  write_text(place_ / "raw", bytes);
  place_.standard_input = place_ / "raw";
  const auto outcome = run({"-", "--raw", "110x64", "--live", "--save", "json"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  const auto account = report();
  EXPECT_EQ(account["labelled"].get<int>() + account["dropped"].get<int>(), 400);
  EXPECT_EQ(lines().back()["frame"], 400) << "the newest frame is never dropped";
}

TEST_F(Video, CarriedFramesStandBetweenComputedOnes) {
  if (!has_library()) GTEST_SKIP();
  write_frames("in", 7);
  const auto outcome = run({"in", "--every", "3", "--save", "json,labels"});
  ASSERT_EQ(outcome.status, 0) << outcome;
  std::string status;
  for (const auto& line : lines()) status += line["status"] == "computed" ? 'C' : '-';
  EXPECT_EQ(status, "C--C--C");
  EXPECT_EQ(report()["carried"], 4);
  const auto flow = run({"in", "--flow", "--smooth", "0.5", "--save", "json"});
  EXPECT_EQ(flow.status, 0) << flow;
}

TEST_F(Video, TruthGivesScores) {
  if (!has_library()) GTEST_SKIP();
  write_frames("in", 4);
  ASSERT_EQ(run({"in", "--save", "labels"}, "first").status, 0);
  fs::create_directories(place_ / "truth");
  for (int i = 1; i <= 4; ++i)
    fs::copy_file(place_ / fmt_name("first", i, ".labels.png"), place_ / fmt_name("truth", i, ".png"));
  ASSERT_EQ(run({"in", "--truth", "truth"}).status, 0);
  EXPECT_EQ(report()["truth"]["miou"], 1.0);
  EXPECT_EQ(report()["truth"]["flicker"], 0.0);
  EXPECT_EQ(report()["truth"]["frames"], 4);
  fs::remove(place_ / "truth/000002.png");
  EXPECT_EQ(run({"in", "--truth", "truth"}).status, 3);
}

TEST_F(Video, FilesOfOthersStay) {
  write_frames("in", 1);
  write_text(place_ / "out/timeline.png", "mine");
  const auto outcome = run({"in", "--save", "json,timeline"});
  EXPECT_EQ(outcome.status, 3) << outcome;
  EXPECT_EQ(read_text(place_ / "out/timeline.png"), "mine");
  fs::remove(place_ / "out/timeline.png");
  write_text(place_ / "out/000001.labels.png", "mine");
  EXPECT_EQ(run({"in", "--save", "labels"}).status, 3);
  EXPECT_EQ(read_text(place_ / "out/000001.labels.png"), "mine");
  fs::remove(place_ / "out/000001.labels.png");
  write_text(place_ / "out/parts/mine", "mine");
  EXPECT_EQ(run({"in", "--save", "json"}).status, 3);
  EXPECT_EQ(read_text(place_ / "out/parts/mine"), "mine");
}

TEST_F(Video, WithoutTheLibraryItSaysWhatToInstall) {
  write_frames("in", 1);
  write_text(place_ / "in.mp4", "anything");
  place_.environment["RELPROMPT_VIDEO"] = "off";
  for (const auto& arguments : {std::vector<std::string>{"in.mp4", "--save", "labels"},
                                {"in"},
                                {"in", "--save", "json", "--every", "2"}}) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, 5) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr("scripts/install_dependencies.sh --video"));
  }
  EXPECT_EQ(run({"in", "--save", "labels,json,timeline"}).status, 0) << "images and PNG need none";
}

TEST_F(Video, BadCommandLinesAreRefused) {
  write_frames("in", 1);
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "no video is given"},
      {{"-"}, "add --raw"},
      {{"in", "--raw", "3x4"}, "give - as the input"},
      {{"-", "--raw", "3"}, "expected WIDTHxHEIGHT"},
      {{"-", "--raw", "99999x99999"}, "expected WIDTHxHEIGHT"},
      {{"in", "--flow"}, "add --smooth"},
      {{"in", "--smooth", "1"}, "--smooth"},
      {{"in", "--every", "0"}, "--every"},
      {{"in", "--reuse", "300"}, "expected 0 to 255, or off"},
      {{"in", "--save", "labels,masks"}, "masks"},
      {{"in", "--live"}, "--live"},
      {{"-", "--raw", "4x4", "--resume"}, "do not come again"},
      {{"in", "--truth", "in", "--save", "labels"}, "add labels-video and json"},
  };
  for (const auto& [arguments, words] : cases) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome;
    EXPECT_THAT(outcome.err, HasSubstr(words));
  }
  EXPECT_EQ(run({"missing.mp4", "--save", "json"}).status, 3);
  EXPECT_EQ(run({"camera:99", "--save", "json"}).status, 5);
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

}  // namespace
}  // namespace relprompt::test
