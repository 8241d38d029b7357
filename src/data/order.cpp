#include "data/order.h"

#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/random.h"

namespace relprompt::data {
namespace {

// Uniform in 0 to choices - 1: numbers of the incomplete last round are drawn again, so there is no bias.
std::uint64_t below(SplitMix64& random, std::uint64_t choices) {
  const std::uint64_t rest = (UINT64_MAX % choices + 1) % choices;  // 2^64 mod choices
  std::uint64_t drawn = random.next();
  while (drawn > UINT64_MAX - rest) drawn = random.next();
  return drawn % choices;
}

void check(const Shard& shard) {
  if (shard.rank < shard.workers) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("worker {} of {} does not exist; ranks count from 0", shard.rank, shard.workers));
}

}  // namespace

std::vector<std::size_t> shuffled(std::size_t size, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  SplitMix64 random(SplitMix64(SplitMix64(seed).next() + epoch).next());
  for (std::size_t left = size; left > 1; --left) std::swap(order[left - 1], order[below(random, left)]);
  return order;
}

std::vector<std::size_t> shard_of(std::size_t size, const Shard& shard) {
  check(shard);
  std::vector<std::size_t> mine;
  for (std::size_t index = shard.rank; index < size; index += shard.workers) mine.push_back(index);
  return mine;
}

std::vector<std::size_t> spread_indices(std::size_t size, std::size_t count) {
  if (count == 0 || count > size) count = size;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < count; ++i) indices.push_back(i * size / count);
  return indices;
}

std::vector<std::uint64_t> batch_positions(std::uint64_t iteration, std::size_t batch, const Shard& shard) {
  check(shard);
  if (batch == 0 || batch % shard.workers != 0) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("a batch of {} cannot be shared evenly by {} workers", batch, shard.workers),
                "choose a batch that is a multiple of the workers");
  }
  const std::size_t share = batch / shard.workers;
  std::vector<std::uint64_t> positions(share);
  std::iota(positions.begin(), positions.end(), iteration * batch + shard.rank * share);
  return positions;
}

Order::Order(std::size_t size, std::uint64_t seed) : size_(size), seed_(seed) {
  if (size == 0) throw Error(ErrorCode::kBadArgument, "a data set without samples has no order");
  order_ = shuffled(size_, seed_, epoch_);
}

Place Order::at(std::uint64_t position) {
  const std::uint64_t epoch = position / size_;
  if (epoch != epoch_) {
    order_ = shuffled(size_, seed_, epoch);
    epoch_ = epoch;
  }
  return {epoch, order_[position % size_]};
}

}  // namespace relprompt::data
