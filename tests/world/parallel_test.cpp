// Work on several threads: every index once, and failures come out.
#include "world/parallel.h"

#include <atomic>
#include <vector>

#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::world {
namespace {

TEST(ForEachIndex, CallsEveryIndexOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    std::vector<std::atomic<int>> calls(100);
    for_each_index(10, 90, threads, [&](std::uint64_t index) { ++calls[index]; });
    for (std::size_t index = 0; index < calls.size(); ++index)
      EXPECT_EQ(calls[index], index >= 10 && index < 90 ? 1 : 0) << index;
  }
  for_each_index(5, 5, 2, [](std::uint64_t) { FAIL(); });
  for_each_index(6, 5, 2, [](std::uint64_t) { FAIL(); });
}

TEST(ForEachIndex, AnErrorEndsTheWorkAndComesOut) {
  for (const int threads : {1, 3}) {
    std::atomic<int> begun{0};
    EXPECT_ERROR(for_each_index(0, 1'000'000, threads,
                                [&](std::uint64_t index) {
                                  ++begun;
                                  if (index == 7) throw Error(ErrorCode::kDiskFull, "no room");
                                }),
                 ErrorCode::kDiskFull, "no room");
    EXPECT_LT(begun, 1'000'000);
  }
}

TEST(ForEachIndex, RefusesThreadsOutOfRange) {
  for (const int threads : {-1, 0, kMostThreads + 1})
    EXPECT_ERROR(for_each_index(0, 1, threads, [](std::uint64_t) {}), ErrorCode::kBadArgument, "threads");
}

}  // namespace
}  // namespace relprompt::world
