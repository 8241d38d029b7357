#include "measure/memory_rate.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace relprompt::measure {

double memory_rate() {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t kNumbers = 64 << 20;
  constexpr int kPasses = 5;
  const std::vector<float> numbers(static_cast<std::size_t>(kNumbers),
                                   1.0f);  // written, so that every page is there
  const float* first = numbers.data();
  double best = 0;
  volatile float kept = 0;  // so that the sum is not dropped
  for (int i = 0; i < kPasses; ++i) {
    const auto start = Clock::now();
    float sum = 0;
#pragma omp parallel for simd reduction(+ : sum)
    for (std::int64_t n = 0; n < kNumbers; ++n) sum += first[n];
    kept = sum;
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, static_cast<double>(numbers.size() * sizeof(float)) / seconds * 1e-9);
  }
  (void)kept;
  return best;
}

}  // namespace relprompt::measure
