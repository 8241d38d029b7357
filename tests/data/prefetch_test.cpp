// Prefetching: order, bounds, exceptions in their places, and a shutdown that waits for nobody's sample.
#include "data/prefetch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/random.h"
#include "test_support.h"

namespace relprompt::data {
namespace {

/// Takes its time by chance, so that threads overtake each other.
void dawdle(std::uint64_t position) {
  std::this_thread::sleep_for(std::chrono::microseconds(SplitMix64(position).next() % 300));
}

std::string text_of(std::uint64_t position) {
  dawdle(position);
  if (position % 10 == 7) throw Error(ErrorCode::kTruncatedImage, "sample " + std::to_string(position));
  return "value " + std::to_string(position);
}

/// Everything that comes out, exceptions as their text.
std::vector<std::string> all_of(const PrefetchOptions& options, std::uint64_t count) {
  Prefetch<std::string> values(count, text_of, options);
  std::vector<std::string> out;
  while (values.has_next()) {
    try {
      out.push_back(values.next());
    } catch (const Error& error) {
      out.emplace_back(error.what());
    }
  }
  return out;
}

TEST(Prefetch, GivesTheSameWhateverTheThreads) {
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) expected.push_back((i % 10 == 7 ? "sample " : "value ") + std::to_string(i));
  for (const int threads : {0, 1, 2, 5}) {
    for (const std::size_t capacity : {1u, 3u, 16u}) {
      EXPECT_EQ(all_of({threads, capacity}, 100), expected) << threads << " threads, capacity " << capacity;
    }
  }
}

TEST(Prefetch, StaysWithinItsCapacity) {
  std::atomic<std::uint64_t> begun{0}, taken{0}, most_ahead{0};
  Prefetch<int> values(200,
                       [&](std::uint64_t position) {
                         dawdle(position);
                         const std::uint64_t ahead = ++begun - taken;
                         std::uint64_t most = most_ahead;
                         while (ahead > most && !most_ahead.compare_exchange_weak(most, ahead)) {
                         }
                         return static_cast<int>(position);
                       },
                       {4, 6});
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(values.next(), i);
    ++taken;
  }
  // The slot is free a moment before this test counts it as taken.
  EXPECT_LE(most_ahead, 7u);
  EXPECT_GE(most_ahead, 2u);
  EXPECT_EQ(begun, 200u);
}

TEST(Prefetch, WorksAheadOnItsOwn) {
  std::atomic<int> made{0};
  Prefetch<int> values(100, [&](std::uint64_t) { return ++made; }, {2, 8});
  for (int waited = 0; made < 8 && waited < 5000; ++waited) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(made, 8) << "8 are made before anyone asks, and not one more";
}

TEST(Prefetch, StopsInTheMiddle) {
  std::atomic<int> made{0};
  {
    Prefetch<std::unique_ptr<int>> values(
        1'000'000'000'000, [&](std::uint64_t) { return std::make_unique<int>(++made); }, {3, 5});
    for (int i = 0; i < 10; ++i) EXPECT_NE(values.next(), nullptr);
  }
  const int after = made;
  EXPECT_LE(after, 15);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(made, after);
}

TEST(Prefetch, EndsAndHasNothingInEmptySets) {
  Prefetch<int> none(0, [](std::uint64_t) { return 1; }, {2, 2});
  EXPECT_FALSE(none.has_next());
  EXPECT_ERROR(none.next(), ErrorCode::kInternal, "all 0");
  Prefetch<int> one(1, [](std::uint64_t) { return 1; }, {2, 2});
  EXPECT_EQ(one.next(), 1);
  EXPECT_FALSE(one.has_next());
}

TEST(Prefetch, FreesWhatHasBeenTaken) {
  const auto shared = std::make_shared<int>(1);
  Prefetch<std::shared_ptr<int>> values(1, [&](std::uint64_t) { return shared; }, {1, 1});
  values.next();
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(Prefetch, RefusesOptionsOutOfRange) {
  const auto make = [](PrefetchOptions options) {
    Prefetch<int>(
        1, [](std::uint64_t) { return 1; }, options);
  };
  EXPECT_ERROR(make({-1, 1}), ErrorCode::kBadArgument, "not -1 and 1");
  EXPECT_ERROR(make({5000, 1}), ErrorCode::kBadArgument, "not 5000");
  EXPECT_ERROR(make({1, 0}), ErrorCode::kBadArgument, "capacity");
  EXPECT_ERROR(make({1, SIZE_MAX}), ErrorCode::kBadArgument, "capacity");
}

}  // namespace
}  // namespace relprompt::data
