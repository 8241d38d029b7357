// Raw frames from a pipe.
#include "video/raw_frames.h"

#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

namespace relprompt::video {
namespace {

/// Bytes that a thread writes into a pipe.
class Pipe {
 public:
  explicit Pipe(std::string bytes) {
    EXPECT_EQ(pipe(ends_), 0);
    writer_ = std::thread([this, bytes = std::move(bytes)] {
      for (std::size_t at = 0; at < bytes.size(); at += 5) {  // in pieces that fit no frame
        const auto piece = bytes.substr(at, 5);
        EXPECT_EQ(write(ends_[1], piece.data(), piece.size()), static_cast<ssize_t>(piece.size()));
      }
      close(ends_[1]);
    });
  }
  ~Pipe() {
    writer_.join();
    close(ends_[0]);
  }
  int end() const { return ends_[0]; }

 private:
  int ends_[2] = {-1, -1};
  std::thread writer_;
};

TEST(RawFrames, AreCountedAndTimed) {
  const Pipe pipe(std::string(12, 'a') + std::string(12, 'b'));
  RawFrames frames(pipe.end(), 2, 2, 4);
  Frame frame;
  ASSERT_EQ(frames.next(frame), Next::kFrame);
  EXPECT_EQ(frame.number, 1u);
  EXPECT_EQ(frame.image.rgb, std::vector<std::uint8_t>(12, 'a'));
  ASSERT_EQ(frames.next(frame), Next::kFrame);
  EXPECT_EQ(frame.number, 2u);
  EXPECT_EQ(frame.time, 250'000);
  EXPECT_EQ(frame.image.rgb, std::vector<std::uint8_t>(12, 'b'));
  EXPECT_EQ(frames.next(frame), Next::kEnd);
  EXPECT_EQ(frames.next(frame), Next::kEnd);
}

TEST(RawFrames, AnUnfinishedOneIsLost) {
  const Pipe pipe(std::string(20, 'a'));
  RawFrames frames(pipe.end(), 2, 2, 25);
  Frame frame;
  ASSERT_EQ(frames.next(frame), Next::kFrame);
  ASSERT_EQ(frames.next(frame), Next::kLost);
  EXPECT_EQ(frame.number, 2u);
  EXPECT_EQ(frame.reason, "the stream ends after 8 of its 12 bytes");
  EXPECT_EQ(frames.next(frame), Next::kEnd);
}

TEST(RawFrames, NothingAtAllIsAFailure) {
  const Pipe pipe("");
  RawFrames frames(pipe.end(), 2, 2, 25);
  Frame frame;
  ASSERT_EQ(frames.next(frame), Next::kFailed);
  EXPECT_EQ(frame.reason, "no frame arrived");
}

TEST(RawFrames, StopWhileNothingArrives) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  int asked = 0;
  RawFrames frames(ends[0], 2, 2, 25, [&] { return ++asked > 1; });
  Frame frame;
  EXPECT_EQ(frames.next(frame), Next::kEnd);
  EXPECT_EQ(asked, 2);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace relprompt::video
