#include "workers/watched_calls.h"

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "relprompt/error.h"

namespace relprompt::workers {
namespace {

TEST(WatchedCalls, RunElsewhereAndReturnWhenDone) {
  WatchedCalls calls;
  std::thread::id where, again;
  calls.run([&] { where = std::this_thread::get_id(); }, [] {});
  calls.run([&] { again = std::this_thread::get_id(); }, [] {});
  EXPECT_NE(where, std::thread::id());
  EXPECT_NE(where, std::this_thread::get_id());
  EXPECT_EQ(where, again) << "c10d keeps what belongs to the thread";
}

TEST(WatchedCalls, PassTheJobsFailureOn) {
  WatchedCalls calls;
  EXPECT_THROW(calls.run([] { throw std::out_of_range("far"); }, [] {}), std::out_of_range);
  EXPECT_NO_THROW(calls.run([] {}, [] {})) << "a failure is told once";
}

TEST(WatchedCalls, WhatTheJobHeldIsReleasedWhenItReturns) {
  WatchedCalls calls;
  const auto thing = std::make_shared<int>(1);
  calls.run([thing] {}, [] {});
  EXPECT_EQ(thing.use_count(), 1);
}

/// A promise whose destruction is seen in `ended`, when a thread that holds it ends.
struct Last {
  std::promise<void> ended;
  ~Last() { ended.set_value(); }
};

TEST(WatchedCalls, TheThreadEndsWithThem) {
  std::future<void> ended;
  {
    WatchedCalls calls;
    calls.run(
        [&ended] {
          thread_local Last last;
          ended = last.ended.get_future();
        },
        [] {});
    EXPECT_EQ(ended.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  }
  EXPECT_EQ(ended.wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST(WatchedCalls, TheWatchEndsTheWaitButNotWhatTheJobUses) {
  const auto gate = std::make_shared<std::promise<void>>();
  const auto finished = std::make_shared<std::atomic<bool>>(false);
  {
    WatchedCalls calls;
    EXPECT_THROW(calls.run(
                     [gate, finished] {
                       gate->get_future().wait();
                       *finished = true;
                     },
                     [] { throw std::domain_error("enough"); }),
                 std::domain_error);
    EXPECT_FALSE(*finished);
    EXPECT_THROW(calls.run([] {}, [] {}), Error);
  }
  gate->set_value();
  while (!*finished) std::this_thread::yield();
  EXPECT_GE(gate.use_count(), 2) << "kept, not taken apart";
}

TEST(WatchedCalls, AClosedPipeIsAnErrorAndNoSignal) {
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  WatchedCalls calls;
  calls.run(
      [ends] {
        EXPECT_EQ(::write(ends[1], "x", 1), -1);
        EXPECT_EQ(errno, EPIPE);
      },
      [] {});
  ::close(ends[1]);
}

}  // namespace
}  // namespace relprompt::workers
