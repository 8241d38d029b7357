// The random numbers of one augmented sample. They depend on (seed, epoch, index) alone and not on what was
// drawn for another sample, so any thread or worker may make any sample and all get the same one.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace relprompt::image {

class AugmentRandom {
 public:
  AugmentRandom(std::uint64_t seed, std::uint64_t epoch, std::uint64_t index)
      : source_(mixed(mixed(mixed(seed) + epoch) + index)) {}

  /// Uniform in [low, high), a multiple of 2^-53 of the range.
  double between(double low, double high) {
    return low + static_cast<double>(source_.next() >> 11) * 0x1p-53 * (high - low);
  }

  /// Uniform in {low, ..., high - 1}; high > low. The bias of the remainder is below 2^-40 for these ranges.
  int integer(int low, int high) {
    const auto choices = static_cast<std::uint64_t>(static_cast<std::int64_t>(high) - low);
    return static_cast<int>(low + static_cast<std::int64_t>(source_.next() % choices));
  }

  bool coin() { return source_.next() >> 63 != 0; }

 private:
  static std::uint64_t mixed(std::uint64_t value) { return SplitMix64(value).next(); }

  SplitMix64 source_;
};

}  // namespace relprompt::image
