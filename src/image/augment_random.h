// The random numbers of one augmented sample. They depend on (seed, epoch, index) alone and not on what was
// drawn for another sample, so any thread or worker may make any sample and all get the same one. Behind an
// interface, so that a test can give the draws of a reference instead.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace relprompt::image {

/// What augmentation asks chance for, one answer after the other in mmsegmentation's order.
class AugmentDraws {
 public:
  virtual ~AugmentDraws() = default;
  /// In [low, high).
  virtual double between(double low, double high) = 0;
  /// In {low, ..., high - 1}; high > low.
  virtual int integer(int low, int high) = 0;
  virtual bool coin() = 0;
};

class AugmentRandom final : public AugmentDraws {
 public:
  AugmentRandom(std::uint64_t seed, std::uint64_t epoch, std::uint64_t index)
      : source_(mixed(mixed(mixed(seed) + epoch) + index)) {}

  /// Uniform, a multiple of 2^-53 of the range.
  double between(double low, double high) override {
    return low + static_cast<double>(source_.next() >> 11) * 0x1p-53 * (high - low);
  }

  /// Uniform; the bias of the remainder is below 2^-40 for these ranges.
  int integer(int low, int high) override {
    const auto choices = static_cast<std::uint64_t>(static_cast<std::int64_t>(high) - low);
    return static_cast<int>(low + static_cast<std::int64_t>(source_.next() % choices));
  }

  bool coin() override { return source_.next() >> 63 != 0; }

 private:
  static std::uint64_t mixed(std::uint64_t value) { return SplitMix64(value).next(); }

  SplitMix64 source_;
};

}  // namespace relprompt::image
