// Orders: the same on every machine (values written out), permutations, and shards that fit together.
#include "data/order.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::data {
namespace {

TEST(Shuffled, IsTheSameOrderEverywhere) {
  EXPECT_EQ(shuffled(8, 1, 0), (std::vector<std::size_t>{4, 2, 0, 5, 6, 1, 7, 3}));
  EXPECT_EQ(shuffled(8, 1, 1), (std::vector<std::size_t>{6, 1, 7, 0, 3, 4, 2, 5}));
  EXPECT_EQ(shuffled(8, 2, 0), (std::vector<std::size_t>{1, 3, 2, 4, 6, 0, 7, 5}));
}

TEST(Shuffled, IsAPermutation) {
  for (const std::size_t size : {0u, 1u, 2u, 17u, 1000u}) {
    std::vector<std::size_t> order = shuffled(size, 7, 3), expected(size);
    std::iota(expected.begin(), expected.end(), std::size_t{0});
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, expected);
  }
}

TEST(Shuffled, EveryPermutationIsEquallyLikely) {
  std::map<std::vector<std::size_t>, int> counts;
  for (std::uint64_t epoch = 0; epoch < 6000; ++epoch) ++counts[shuffled(3, 5, epoch)];
  ASSERT_EQ(counts.size(), 6u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 150);  // five standard deviations
}

TEST(Shard, TogetherTheWorkersTakeEachOnce) {
  for (const std::size_t workers : {1u, 2u, 3u, 7u}) {
    std::vector<std::size_t> all;
    for (std::size_t rank = 0; rank < workers; ++rank) {
      const auto mine = shard_of(10, {rank, workers});
      EXPECT_LE(mine.size(), (10 + workers - 1) / workers);
      all.insert(all.end(), mine.begin(), mine.end());
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  }
  EXPECT_EQ(shard_of(10, {1, 3}), (std::vector<std::size_t>{1, 4, 7}));
  EXPECT_TRUE(shard_of(2, {4, 5}).empty());
  EXPECT_ERROR(shard_of(10, {3, 3}), ErrorCode::kBadArgument, "worker 3 of 3");
  EXPECT_ERROR(shard_of(10, {0, 0}), ErrorCode::kBadArgument, "worker 0 of 0");
}

TEST(BatchPositions, AnyNumberOfWorkersUsesTheSameSamples) {
  const auto alone = batch_positions(5, 12, {0, 1});
  EXPECT_EQ(alone.front(), 60u);
  EXPECT_EQ(alone.back(), 71u);
  for (const std::size_t workers : {2u, 3u, 12u}) {
    std::vector<std::uint64_t> all;
    for (std::size_t rank = 0; rank < workers; ++rank) {
      const auto mine = batch_positions(5, 12, {rank, workers});
      EXPECT_EQ(mine.size(), 12 / workers);
      all.insert(all.end(), mine.begin(), mine.end());
    }
    EXPECT_EQ(all, alone);
  }
  EXPECT_ERROR(batch_positions(0, 8, {0, 3}), ErrorCode::kBadArgument,
               "batch of 8 cannot be shared evenly by 3");
  EXPECT_ERROR(batch_positions(0, 0, {0, 1}), ErrorCode::kBadArgument, "batch of 0");
  EXPECT_ERROR(batch_positions(0, 8, {2, 2}), ErrorCode::kBadArgument, "worker 2 of 2");
}

TEST(Order, PassesOverTheSetWithoutEnd) {
  Order order(5, 3);
  for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
    const auto expected = shuffled(5, 3, epoch);
    for (std::size_t i = 0; i < 5; ++i) {
      const Place place = order.at(epoch * 5 + i);
      EXPECT_EQ(place.epoch, epoch);
      EXPECT_EQ(place.index, expected[i]);
    }
  }
}

TEST(Order, AnyPositionIsReachableAtOnce) {
  // What a resumed run needs: the same place whatever was asked before.
  Order walked(7, 9), jumped(7, 9);
  for (std::uint64_t position = 0; position < 100; ++position) walked.at(position);
  for (const std::uint64_t position : {99u, 3u, 50u, 49u}) {
    EXPECT_EQ(walked.at(position).index, jumped.at(position).index);
    EXPECT_EQ(jumped.at(position).epoch, position / 7);
  }
  EXPECT_ERROR(Order(0, 1), ErrorCode::kBadArgument, "without samples");
}

TEST(SpreadIndices, AreEvenlySpaced) {
  EXPECT_EQ(spread_indices(10, 3), (std::vector<std::size_t>{0, 3, 6}));
  EXPECT_EQ(spread_indices(3, 5), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(spread_indices(2, 0), (std::vector<std::size_t>{0, 1}));
  EXPECT_TRUE(spread_indices(0, 4).empty());
}

}  // namespace
}  // namespace relprompt::data
