// The optional library: what is encoded comes back, damage is counted, parts join, flow finds motion.
#include <gmock/gmock.h>

#include "test_support.h"
#include "video/av_library.h"
#include "world/moving_scene.h"

namespace relprompt::video {
namespace {

namespace fs = std::filesystem;

class Av : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(RELPROMPT_VIDEO_LIBRARY)) GTEST_SKIP() << "built without FFmpeg's libraries";
    av_ = &av_library("a test");
  }

  static world::MovingScene scene() {
    world::MotionOptions options;
    options.scene.size = 64;
    options.still = 0;
    return {3, options};
  }

  /// A file of frames `first` to before `end` of the scene.
  fs::path write(const std::string& name, Encoding encoding, std::uint64_t first, std::uint64_t end) {
    std::string problem, bytes;
    std::unique_ptr<Encoder> encoder;
    for (auto number = first; number < end; ++number) {
      const auto frame = scene().frame(number);
      Pixels pixels{frame.image.height, frame.image.width, frame.image.rgb.data(), 3};
      if (encoding == Encoding::kLabels) {
        pixels.data = frame.labels.labels.data();
        pixels.bytes = 2;
      }
      if (!encoder) encoder = av_->encode(encoding, pixels.height, pixels.width, pixels.bytes, 25, problem);
      EXPECT_TRUE(encoder) << problem;
      EXPECT_TRUE(encoder->add(pixels, static_cast<std::int64_t>(number) * 40'000, problem)) << problem;
    }
    EXPECT_TRUE(encoder->finish(bytes, problem)) << problem;
    test::write_text(place_ / name, bytes);
    return place_ / name;
  }

  struct Read {
    std::vector<Frame> frames, lost;
    SourceFacts facts;
    Next end = Next::kEnd;
    std::string reason;
  };
  Read read(const fs::path& file) {
    Read result;
    std::string problem;
    const auto source = av_->open(file.string(), {false, 1'000'000}, problem);
    if (!source) {
      result.end = Next::kFailed;
      result.reason = problem;
      return result;
    }
    result.facts = source->facts();
    Frame frame;
    while (true) {
      const Next kind = source->next(frame);
      if (kind == Next::kFrame) result.frames.push_back(frame);
      if (kind == Next::kLost) result.lost.push_back(frame);
      result.end = kind;
      result.reason = frame.reason;
      if (kind == Next::kEnd || kind == Next::kFailed) return result;
    }
  }

  test::TemporaryFolder place_;
  const AvTable* av_ = nullptr;
};

/// Where the first frame of a Matroska file begins, behind its header and those of a cluster and a block.
std::size_t first_frame(const std::string& file) {
  return file.find("\x1F\x43\xB6\x75") + 26;
}

/// Where the last one ends, by the index behind it.
std::size_t end_of_frames(const std::string& file) {
  return file.rfind("\x1C\x53\xBB\x6B");
}

/// The bytes with 32 of them inverted.
std::string inverted(std::string bytes, std::size_t at) {
  for (std::size_t i = at; i < at + 32; ++i) bytes[i] = static_cast<char>(~bytes[i]);
  return bytes;
}

TEST_F(Av, ColorsComeBackAsTheyWere) {
  const auto result = read(write("a.mkv", Encoding::kColors, 0, 5));
  ASSERT_EQ(result.frames.size(), 5u);
  EXPECT_EQ(result.facts.width, 64);
  EXPECT_DOUBLE_EQ(result.facts.fps, 25);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(result.frames[i].number, i + 1);
    EXPECT_EQ(result.frames[i].time, static_cast<std::int64_t>(i) * 40'000);
    EXPECT_EQ(result.frames[i].image.rgb, scene().frame(i).image.rgb) << i;
    EXPECT_FALSE(result.frames[i].after_loss);
  }
}

TEST_F(Av, LabelsComeBackAsTheyWere) {
  std::string problem;
  const auto reader = av_->read_labels(write("labels.mkv", Encoding::kLabels, 0, 3), problem);
  ASSERT_TRUE(reader) << problem;
  LabelMap labels;
  for (std::uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(reader->next(labels, problem)) << problem;
    EXPECT_EQ(labels.labels, scene().frame(i).labels.labels);
  }
  EXPECT_FALSE(reader->next(labels, problem));
  EXPECT_EQ(problem, "");
}

TEST_F(Av, PartsJoinToWhatOneFileWouldHold) {
  const std::vector<fs::path> parts = {write("1.mkv", Encoding::kColors, 0, 3),
                                       write("2.mkv", Encoding::kColors, 3, 5)};
  std::string file, problem;
  ASSERT_TRUE(av_->join(
      parts,
      [&](std::uint64_t offset, const std::uint8_t* data, std::size_t size) {
        file.resize(std::max<std::size_t>(file.size(), offset + size));
        std::copy_n(data, size, file.begin() + static_cast<std::ptrdiff_t>(offset));
        return true;
      },
      problem))
      << problem;
  test::write_text(place_ / "joined.mkv", file);
  const auto joined = read(place_ / "joined.mkv");
  ASSERT_EQ(joined.frames.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(joined.frames[i].image.rgb, scene().frame(i).image.rgb);
    EXPECT_EQ(joined.frames[i].time, static_cast<std::int64_t>(i) * 40'000);
  }
  EXPECT_FALSE(av_->join(
      parts, [](auto...) { return false; }, problem))
      << "a full disk";
}

/// At many places: within frames, between them, in sizes, times and checksums.
TEST_F(Av, ADamagedFrameIsLostAndNamedAndTheOthersAreWhole) {
  const auto whole = test::read_text(write("a.mkv", Encoding::kColors, 0, 6));
  for (std::size_t at = first_frame(whole); at + 32 < end_of_frames(whole); at += 149) {
    test::write_text(place_ / "damaged.mkv", inverted(whole, at));
    const auto result = read(place_ / "damaged.mkv");
    EXPECT_EQ(result.end, Next::kEnd);
    EXPECT_THAT(result.lost.size(), testing::AllOf(testing::Ge(1u), testing::Le(2u))) << at;
    EXPECT_EQ(result.frames.size() + result.lost.size(), 6u) << at;
    for (const auto& frame : result.lost) EXPECT_NE(frame.reason, "") << at;
    for (const auto& frame : result.frames)
      EXPECT_TRUE(frame.image.rgb == scene().frame(frame.number - 1).image.rgb) << at << ' ' << frame.number;
  }
}

/// FFmpeg's decoder takes a frame with a damaged slice size for one of fewer slices, and says nothing.
TEST_F(Av, NoPlaceOfAFrameCanBeDamagedUnnoticed) {
  constexpr int kSide = 16;
  const Image image = scene().frame(0).image;  // its first pixels, in rows of another width
  std::string problem, whole;
  const auto encoder = av_->encode(Encoding::kColors, kSide, kSide, 3, 25, problem);
  for (int i = 0; i < 2; ++i) encoder->add({kSide, kSide, image.rgb.data(), 3}, 40'000 * i, problem);
  ASSERT_TRUE(encoder->finish(whole, problem)) << problem;
  for (std::size_t at = first_frame(whole); at + 32 < end_of_frames(whole); ++at) {
    test::write_text(place_ / "damaged.mkv", inverted(whole, at));
    const auto result = read(place_ / "damaged.mkv");
    EXPECT_GE(result.lost.size(), 1u) << at;
    for (const auto& frame : result.frames)
      EXPECT_TRUE(std::equal(frame.image.rgb.begin(), frame.image.rgb.end(), image.rgb.begin())) << at;
  }
}

TEST_F(Av, LabelsOfADamagedFileAreRefusedAndNeverOthers) {
  const auto whole = test::read_text(write("labels.mkv", Encoding::kLabels, 0, 4));
  for (std::size_t at = first_frame(whole); at + 32 < end_of_frames(whole); ++at) {
    test::write_text(place_ / "damaged.mkv", inverted(whole, at));
    std::string problem;
    const auto reader = av_->read_labels(place_ / "damaged.mkv", problem);
    LabelMap labels;
    std::uint64_t frame = 0;
    for (; reader && reader->next(labels, problem); ++frame)
      EXPECT_TRUE(labels.labels == scene().frame(frame).labels.labels) << at << ' ' << frame;
    EXPECT_TRUE(problem != "" || frame == 4) << at << ' ' << frame;
  }
}

TEST_F(Av, AFileThatEndsEarlyLosesItsEnd) {
  const auto whole = test::read_text(write("a.mkv", Encoding::kColors, 0, 10));
  test::write_text(place_ / "short.mkv", whole.substr(0, whole.size() / 2));
  const auto result = read(place_ / "short.mkv");
  EXPECT_EQ(result.frames.size() + result.lost.size(), 10u);
  EXPECT_THAT(result.frames.size(), testing::AllOf(testing::Ge(3u), testing::Le(5u)));
  for (std::size_t i = 0; i < result.frames.size(); ++i) EXPECT_EQ(result.frames[i].number, i + 1);
}

TEST_F(Av, NoByteOfAFileCanMakeItCrash) {
  const auto whole = test::read_text(write("a.mkv", Encoding::kPicture, 0, 4));
  std::uint64_t random = 1;
  const auto next = [&] {
    return random = random * 6364136223846793005u + 1442695040888963407u, random >> 33;
  };
  for (int round = 0; round < 60; ++round) {
    auto bytes = whole;
    for (int i = 0; i < 8; ++i) bytes[next() % bytes.size()] = static_cast<char>(next());
    if (round % 4 == 0) bytes.resize(next() % bytes.size());
    test::write_text(place_ / "random.mkv", bytes);
    const auto result = read(place_ / "random.mkv");
    for (const auto& frame : result.frames) ASSERT_EQ(frame.image.rgb.size(), 64u * 64 * 3);
  }
}

TEST_F(Av, WhatIsNoVideoIsRefusedWithWords) {
  test::write_text(place_ / "text.mp4", "this is no video");
  EXPECT_EQ(read(place_ / "text.mp4").end, Next::kFailed);
  EXPECT_NE(read(place_ / "text.mp4").reason, "");
  std::string problem;
  EXPECT_EQ(av_->open(write("a.mkv", Encoding::kColors, 0, 1).string(), {false, 1000}, problem), nullptr);
  EXPECT_THAT(problem, testing::HasSubstr("64x64 pixels; at most 1000"));
}

TEST_F(Av, OddSidesAreFilledUpForPeople) {
  const Image odd{33, 35, std::vector<std::uint8_t>(33 * 35 * 3, 90)};
  std::string problem, bytes;
  const auto encoder = av_->encode(Encoding::kPicture, 33, 35, 3, 25, problem);
  ASSERT_TRUE(encoder) << problem;
  ASSERT_TRUE(encoder->add({33, 35, odd.rgb.data(), 3}, 0, problem)) << problem;
  ASSERT_TRUE(encoder->finish(bytes, problem));
  test::write_text(place_ / "odd.mkv", bytes);
  const auto result = read(place_ / "odd.mkv");
  ASSERT_EQ(result.frames.size(), 1u);
  EXPECT_EQ(result.facts.height, 34);
  EXPECT_EQ(result.facts.width, 36);
  for (const auto value : result.frames[0].image.rgb) ASSERT_NEAR(value, 90, 3);
}

TEST_F(Av, FlowFindsAShift) {
  constexpr int kSide = 96, kShift = 3;
  world::MotionOptions options;
  options.scene.size = 128;
  const Image large = world::MovingScene(5, options).frame(0).image;
  const auto cut = [&](int left) {
    Image part{kSide, kSide, {}};
    for (int y = 0; y < kSide; ++y) {
      const auto row = large.rgb.begin() + 3 * (y * large.width + left);
      part.rgb.insert(part.rgb.end(), row, row + 3 * kSide);
    }
    return part;
  };
  Motion motion;
  std::string problem;
  ASSERT_TRUE(av_->flow(cut(kShift), cut(0), motion, problem)) << problem;  // the content goes right
  ASSERT_EQ(motion.backward.size(), 2u * kSide * kSide);
  int right = 0;
  for (int y = 20; y < 76; ++y)
    for (int x = 20; x < 76; ++x)
      right += std::abs(motion.backward[2 * static_cast<std::size_t>(y * kSide + x)] + kShift) < 0.5f;
  EXPECT_GT(right, 56 * 56 * 9 / 10);
}

}  // namespace
}  // namespace relprompt::video
