// The order in which training sees the samples. It is a function of (seed, position), so a resumed run,
// another number of threads or another number of workers continue the same order.
//
//   Order order(dataset.size(), seed);
//   for (std::uint64_t position : batch_positions(iteration, batch, {rank, workers}))
//     const Place place = order.at(position);   // -> sample place.index in pass place.epoch
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace relprompt::data {

/// The numbers 0 to size - 1 in the random order of an epoch (Fisher-Yates), equal on every machine.
std::vector<std::size_t> shuffled(std::size_t size, std::uint64_t seed, std::uint64_t epoch);

/// One worker of several.
struct Shard {
  std::size_t rank = 0;     ///< 0 to workers - 1
  std::size_t workers = 1;  ///< at least 1
};

/// Which samples of an evaluation a worker takes: rank, rank + workers, rank + 2 workers, ... below size.
/// Together the workers take each once. Throws Error(kBadArgument) for a rank that is no worker.
std::vector<std::size_t> shard_of(std::size_t size, const Shard& shard);

/// About `count` indices below `size`, evenly spread and always the same; all of them if `count` is 0 or not
/// below size.
std::vector<std::size_t> spread_indices(std::size_t size, std::size_t count);

/// Positions in the endless order that a worker needs for iteration `iteration`, counted from 0. `batch` is
/// the effective batch of all workers together, which share it evenly: with any number of workers an
/// iteration uses the same samples. Throws Error(kBadArgument) if the workers do not divide the batch.
std::vector<std::uint64_t> batch_positions(std::uint64_t iteration, std::size_t batch, const Shard& shard);

/// Where a position of the endless order lies.
struct Place {
  std::uint64_t epoch = 0;  ///< passes finished before it
  std::size_t index = 0;    ///< sample
};

/// Passes over the samples without end, each in an order of its own. One object for one thread.
class Order {
 public:
  /// Throws Error(kBadArgument) for an empty set.
  Order(std::size_t size, std::uint64_t seed);

  /// Any position at any time; positions of one epoch in a row cost one shuffle together.
  Place at(std::uint64_t position);

 private:
  std::size_t size_;
  std::uint64_t seed_;
  std::uint64_t epoch_ = 0;
  std::vector<std::size_t> order_;  ///< of epoch_
};

}  // namespace relprompt::data
