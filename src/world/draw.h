// Random choices of the world. Whole numbers only: a scene must have the same bytes on every machine,
// compiler and thread count, and floating point keeps that promise only as long as nobody contracts or
// reorders it.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace relprompt::world {

/// A stream of choices. Equal seeds give equal streams.
class Draw {
 public:
  explicit constexpr Draw(std::uint64_t seed) : random_(seed) {}

  /// The stream of item `index` below `seed`. Both go through the mixer, because neighbouring SplitMix64
  /// states would give the same numbers one step apart.
  static constexpr Draw of(std::uint64_t seed, std::uint64_t index) {
    return Draw(SplitMix64(seed).next() ^ SplitMix64(~SplitMix64(index).next()).next());
  }

  constexpr std::uint64_t bits() { return random_.next(); }
  /// 0 to count - 1; count at least 1.
  constexpr int below(int count) {
    return static_cast<int>((random_.next() >> 32) * static_cast<std::uint64_t>(count) >> 32);
  }
  /// low to high, both included.
  constexpr int between(int low, int high) { return low + below(high - low + 1); }
  constexpr bool chance(int percent) { return below(100) < percent; }

 private:
  SplitMix64 random_;
};

}  // namespace relprompt::world
