#include "serve/flight_cache.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace relprompt::serve {
namespace {

using Cache = FlightCache<std::string>;

std::shared_ptr<const std::string> text(const std::string& value) {
  return std::make_shared<const std::string>(value);
}

TEST(FlightCache, MakesOnce) {
  Cache cache(10);
  int made = 0;
  const auto make = [&] {
    ++made;
    return text("value");
  };
  const auto first = cache.get("a", 1, make);
  EXPECT_EQ(cache.get("a", 1, make), first);
  EXPECT_EQ(made, 1);
  EXPECT_EQ(cache.hits(), 1u);
  EXPECT_EQ(cache.misses(), 1u);
}

TEST(FlightCache, TheLeastRecentlyUsedGoes) {
  Cache cache(3);
  const auto ask = [&](const std::string& key) { return cache.get(key, 1, [&] { return text(key); }); };
  ask("a"), ask("b"), ask("c"), ask("a");
  ask("d");  // b goes
  EXPECT_EQ(cache.size(), 3u);
  const auto before = cache.misses();
  ask("a"), ask("c"), ask("d");
  EXPECT_EQ(cache.misses(), before);
  ask("b");
  EXPECT_EQ(cache.misses(), before + 1);
}

TEST(FlightCache, CostsCount) {
  Cache cache(10);
  cache.get("small", 4, [] { return text("small"); });
  cache.get("large", 8, [] { return text("large"); });
  EXPECT_EQ(cache.size(), 1u) << "both would be 12";
  EXPECT_EQ(*cache.get("huge", 11, [] { return text("huge"); }), "huge");
  EXPECT_EQ(cache.size(), 0u) << "what is larger than everything allowed is not kept";
}

TEST(FlightCache, AFailureIsNotKept) {
  Cache cache(10);
  const auto fail = []() -> std::shared_ptr<const std::string> { throw std::runtime_error("no"); };
  EXPECT_THROW(cache.get("a", 1, fail), std::runtime_error);
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(*cache.get("a", 1, [] { return text("yes"); }), "yes");
}

TEST(FlightCache, ThreadsShareOneMaking) {
  Cache cache(100);
  std::atomic<int> made{0}, wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const auto value = cache.get("a", 1, [&] {
        ++made;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return text("value");
      });
      if (*value != "value") ++wrong;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(wrong, 0);
}

TEST(FlightCache, ManyThreadsAndFailures) {
  Cache cache(5);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (unsigned i = 0; i < 2000; ++i) {
        const auto key = std::to_string((i * 7 + t * 3) % 11);
        try {
          const auto value = cache.get(key, 1, [&] {
            if (key == "3" && i % 2 == 0) throw std::runtime_error("no");
            return text(key);
          });
          if (*value != key) ++wrong;
        } catch (const std::runtime_error&) {
          if (key != "3") ++wrong;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(cache.size(), 5u);
}

}  // namespace
}  // namespace relprompt::serve
