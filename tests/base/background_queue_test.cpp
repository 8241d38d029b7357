// The background queue: order, bound, exceptions, and an end that waits for nobody's work. Beside them a
// small pipeline as the program has it: read ahead, compute, write behind. Run under ThreadSanitizer as well.
#include "base/background_queue.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "test_support.h"

namespace relprompt {
namespace {

void dawdle(std::uint64_t seed) {
  std::this_thread::sleep_for(std::chrono::microseconds(SplitMix64(seed).next() % 200));
}

TEST(BackgroundQueue, DoesAllJobsInOrder) {
  for (const std::size_t capacity : {0u, 1u, 3u, 100u}) {
    std::vector<int> done;  // no lock: only the queue's thread touches it before finish() returns
    BackgroundQueue<int> queue(capacity, [&](int& job) {
      dawdle(static_cast<std::uint64_t>(job));
      done.push_back(job);
    });
    std::vector<int> expected;
    for (int i = 0; i < 50; ++i) {
      queue.push(i);
      expected.push_back(i);
    }
    queue.finish();
    EXPECT_EQ(done, expected) << "capacity " << capacity;
    queue.push(50);
    queue.finish();
    EXPECT_EQ(done.size(), 51u) << "finish is no end";
  }
}

TEST(BackgroundQueue, HoldsItsCallerBack) {
  std::atomic<int> pushed{0}, done{0}, most{0};
  BackgroundQueue<int> queue(3, [&](int& job) {
    dawdle(static_cast<std::uint64_t>(job));
    most = std::max<int>(most, pushed - done);
    ++done;
  });
  for (int i = 0; i < 100; ++i) {
    queue.push(i);
    ++pushed;
  }
  queue.finish();
  EXPECT_EQ(done, 100);
  EXPECT_LE(most, 3);
}

TEST(BackgroundQueue, AnExceptionComesOutOnceAndEndsTheWork) {
  std::vector<int> done;
  BackgroundQueue<int> queue(2, [&](int& job) {
    if (job == 5) throw Error(ErrorCode::kDiskFull, "job 5");
    done.push_back(job);
  });
  const auto push_all = [&] {
    for (int i = 0; i < 100; ++i) queue.push(i);
    queue.finish();
  };
  EXPECT_ERROR(push_all(), ErrorCode::kDiskFull, "job 5");
  EXPECT_EQ(done, (std::vector<int>{0, 1, 2, 3, 4}));
  queue.push(200);
  queue.finish();
  EXPECT_EQ(done.size(), 5u) << "nothing is done after a failure";
}

TEST(BackgroundQueue, TheLastJobsExceptionComesOutOfFinish) {
  BackgroundQueue<int> queue(4, [](int&) { throw Error(ErrorCode::kNotWritable, "no"); });
  queue.push(1);
  EXPECT_ERROR(queue.finish(), ErrorCode::kNotWritable, "no");
}

TEST(BackgroundQueue, DropsWhatWaitsWhenItEnds) {
  std::atomic<int> done{0};
  std::atomic<bool> begun{false};
  const auto held = std::make_shared<int>(7);
  {
    BackgroundQueue<std::shared_ptr<int>> queue(10, [&](std::shared_ptr<int>&) {
      begun = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ++done;
    });
    for (int i = 0; i < 10; ++i) queue.push(held);
    while (!begun) std::this_thread::yield();
  }
  EXPECT_GE(done, 1);
  EXPECT_LT(done, 10);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(BackgroundQueue, TakesJobsThatOnlyMove) {
  int sum = 0;
  BackgroundQueue<std::unique_ptr<int>> queue(1, [&](std::unique_ptr<int>& job) { sum += *job; });
  for (int i = 1; i <= 4; ++i) queue.push(std::make_unique<int>(i));
  queue.finish();
  EXPECT_EQ(sum, 10);
}

}  // namespace
}  // namespace relprompt
