// The drop policy of live streams.
#include "video/newest_frame.h"

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

namespace relprompt::video {
namespace {

/// Hands out frames when the test lets it.
class Paced : public Source {
 public:
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    int allowed = 0, given = 0;

    void allow(int frames) {
      std::unique_lock<std::mutex> lock(mutex);
      allowed = frames;
      changed.notify_all();
      changed.wait(lock, [&] { return given > allowed; });  // the reader waits for the next one
    }
  };

  Paced(Gate& gate, int frames, int lost) : gate_(gate), frames_(frames), lost_(lost) {}

  SourceFacts facts() const override { return {}; }
  Next next(Frame& frame) override {
    std::unique_lock<std::mutex> lock(gate_.mutex);
    ++gate_.given;
    gate_.changed.notify_all();
    gate_.changed.wait(lock, [&] { return gate_.given <= gate_.allowed; });
    if (gate_.given > frames_) return Next::kEnd;
    frame.number = static_cast<std::uint64_t>(gate_.given);
    return gate_.given == lost_ ? Next::kLost : Next::kFrame;
  }

 private:
  Gate& gate_;
  int frames_, lost_;
};

TEST(NewestFrame, OlderFramesAreDroppedAndCounted) {
  Paced::Gate gate;
  NewestFrame newest(std::make_unique<Paced>(gate, 9, 0));
  Frame frame;
  gate.allow(1);
  ASSERT_EQ(newest.next(frame), Next::kFrame);
  EXPECT_EQ(frame.number, 1u);
  gate.allow(5);  // 2 to 5 arrive while the first is computed
  ASSERT_EQ(newest.next(frame), Next::kFrame);
  EXPECT_EQ(frame.number, 5u);
  EXPECT_EQ(newest.dropped(), 3u);
  {
    const std::lock_guard<std::mutex> lock(gate.mutex);
    gate.allowed = 100;
    gate.changed.notify_all();
  }
  std::uint64_t labelled = 2;
  while (newest.next(frame) == Next::kFrame) ++labelled;
  EXPECT_EQ(frame.number, 9u) << "the last one is never dropped";
  EXPECT_EQ(labelled + newest.dropped(), 9u);
  EXPECT_EQ(newest.next(frame), Next::kEnd);
}

TEST(NewestFrame, LostFramesAreAllTold) {
  Paced::Gate gate;
  NewestFrame newest(std::make_unique<Paced>(gate, 4, 2));
  gate.allow(3);
  Frame frame;
  EXPECT_EQ(newest.next(frame), Next::kLost);
  EXPECT_EQ(frame.number, 2u);
  EXPECT_EQ(newest.next(frame), Next::kFrame);
  EXPECT_EQ(frame.number, 3u);
  EXPECT_EQ(newest.dropped(), 1u);
  const std::lock_guard<std::mutex> lock(gate.mutex);
  gate.allowed = 100;
  gate.changed.notify_all();
}

}  // namespace
}  // namespace relprompt::video
