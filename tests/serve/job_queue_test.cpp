#include "serve/job_queue.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "serve/worker.h"

namespace relprompt::serve {
namespace {

TEST(JobQueue, PlacesAreBounded) {
  JobQueue queue(2);
  auto first = queue.reserve();
  auto second = queue.reserve();
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(queue.reserve());
  EXPECT_EQ(queue.taken(), 2u);
  first = {};
  EXPECT_TRUE(queue.reserve()) << "a place that was given back, and this one is again at once";
  EXPECT_EQ(queue.taken(), 1u);
}

TEST(JobQueue, AJobHoldsItsPlaceUntilItIsPopped) {
  JobQueue queue(1);
  auto control = std::make_shared<JobControl>();
  queue.push(queue.reserve(), control, [](Worker&) {});
  EXPECT_FALSE(queue.reserve());
  std::shared_ptr<JobControl> popped;
  JobQueue::Job job;
  ASSERT_TRUE(queue.pop(popped, job));
  EXPECT_EQ(popped, control);
  EXPECT_TRUE(queue.reserve());
}

TEST(JobQueue, TellsHowManyComeBefore) {
  JobQueue queue(3);
  std::vector<std::shared_ptr<JobControl>> controls;
  for (int i = 0; i < 3; ++i) {
    controls.push_back(std::make_shared<JobControl>());
    queue.push(queue.reserve(), controls.back(), [](Worker&) {});
  }
  EXPECT_EQ(queue.before(*controls[0]), 0u);
  EXPECT_EQ(queue.before(*controls[2]), 2u);
  std::shared_ptr<JobControl> popped;
  JobQueue::Job job;
  queue.pop(popped, job);
  EXPECT_EQ(queue.before(*controls[2]), 1u);
}

TEST(JobQueue, WhatWaitsIsDoneAfterClosing) {
  JobQueue queue(8);
  std::atomic<int> done{0};
  for (int i = 0; i < 5; ++i)
    queue.push(queue.reserve(), std::make_shared<JobControl>(), [&](Worker&) { ++done; });
  queue.close();
  EXPECT_FALSE(queue.reserve());
  { const WorkerPool pool(2, queue); }
  EXPECT_EQ(done, 5);
}

TEST(JobQueue, ManyThreadsPushAndPop) {
  JobQueue queue(4);
  std::atomic<int> done{0}, refused{0};
  {
    const WorkerPool pool(3, queue);
    std::vector<std::thread> clients;
    for (int t = 0; t < 4; ++t) {
      clients.emplace_back([&] {
        for (int i = 0; i < 500; ++i) {
          auto place = queue.reserve();
          if (!place) {
            ++refused;
            std::this_thread::yield();
            continue;
          }
          auto control = std::make_shared<JobControl>();
          queue.push(std::move(place), control,
                     [&done, control](Worker&) { done += control->running ? 1 : 0; });
          control->cancelled = i % 7 == 0;
          static_cast<void>(queue.before(*control));
        }
      });
    }
    for (auto& client : clients) client.join();
  }
  EXPECT_EQ(done + refused, 2000);
  EXPECT_GT(done, 0);
  EXPECT_EQ(queue.taken(), 0u);
}

TEST(JobControl, StopsAtItsDeadlineOrWhenNobodyWaits) {
  JobControl control;
  control.deadline = JobControl::Clock::now() + std::chrono::hours(1);
  EXPECT_FALSE(control.stopped());
  control.cancelled = true;
  EXPECT_TRUE(control.stopped());
  control.cancelled = false;
  control.deadline = JobControl::Clock::now() - std::chrono::seconds(1);
  EXPECT_TRUE(control.stopped());
}

}  // namespace
}  // namespace relprompt::serve
