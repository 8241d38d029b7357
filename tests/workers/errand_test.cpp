#include "workers/errand.h"

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

namespace relprompt::workers {
namespace {

TEST(Errand, RunsElsewhereAndReturnsWhenDone) {
  std::thread::id where;
  run_watched([&] { where = std::this_thread::get_id(); }, [] {});
  EXPECT_NE(where, std::thread::id());
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(Errand, PassesTheJobsFailureOn) {
  EXPECT_THROW(run_watched([] { throw std::out_of_range("far"); }, [] {}), std::out_of_range);
}

TEST(Errand, WhatTheJobHeldIsReleasedWhenItReturns) {
  const auto thing = std::make_shared<int>(1);
  run_watched([thing] {}, [] {});
  EXPECT_EQ(thing.use_count(), 1);
}

TEST(Errand, TheWatchEndsTheWaitButNotWhatTheJobUses) {
  const auto gate = std::make_shared<std::promise<void>>();
  const auto finished = std::make_shared<std::atomic<bool>>(false);
  EXPECT_THROW(run_watched(
                   [gate, finished] {
                     gate->get_future().wait();
                     *finished = true;
                   },
                   [] { throw std::domain_error("enough"); }),
               std::domain_error);
  EXPECT_FALSE(*finished);
  gate->set_value();
  while (!*finished) std::this_thread::yield();
  EXPECT_GE(gate.use_count(), 2) << "kept, not taken apart";
}

TEST(Errand, AClosedPipeIsAnErrorAndNoSignal) {
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  run_watched(
      [ends] {
        EXPECT_EQ(::write(ends[1], "x", 1), -1);
        EXPECT_EQ(errno, EPIPE);
      },
      [] {});
  ::close(ends[1]);
}

}  // namespace
}  // namespace relprompt::workers
