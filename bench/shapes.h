// What all rows of the kernels' benchmarks share: the shapes of one 512x512 window of ViT-B/16 with 20 prompt
// tokens, the numbers to work on, and the rate that is counted.
#pragma once

#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/random.h"

namespace relprompt::kernels {

constexpr std::int64_t kTokens = 1025, kPrompts = 20, kWidth = 768, kHeads = 12;
constexpr std::int64_t kColumns = kTokens + kPrompts;  ///< of a row of attention scores
constexpr std::int64_t kScoreRows = 128;               ///< of a tile of them

/// Uniform in [-1, 1), the same for a name everywhere.
inline std::vector<float> random_values(const char* name, std::int64_t count) {
  SplitMix64 random(fnv1a(name));
  std::vector<float> values(static_cast<std::size_t>(count));
  for (auto& value : values) value = random.next_signed_unit();
  return values;
}

/// Counts 10^9 units a second.
inline void count_rate(benchmark::State& state, const char* unit, double per_iteration) {
  state.counters[unit] =
      benchmark::Counter(per_iteration * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

/// inputs and outputs of the tower's four products
inline void tower_products(benchmark::internal::Benchmark* bench) {
  bench->Args({768, 2304})->Args({768, 768})->Args({768, 3072})->Args({3072, 768})->UseRealTime();
}

}  // namespace relprompt::kernels
