// Labels by tiles beside the naive twin: every plane at full size, pixel by pixel. What LibTorch makes of the
// same is in label_planes_bench.cpp. The counter is pixels times classes a second.
#include "label_bench.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <benchmark/benchmark.h>

#include "kernels/bilinear_axis.h"

namespace relprompt::kernels {
namespace {

void count_scores(benchmark::State& state, const LabelTask& task) {
  const auto scores =
      task.resized.height * task.resized.width * static_cast<std::int64_t>(task.penalty.size());
  state.counters["Gscores/s"] =
      benchmark::Counter(static_cast<double>(scores) * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void labels_by_tiles(benchmark::State& state) {
  const auto scores = patch_logits(state.range(0));
  const auto task = label_task(scores, state.range(0), state.range(1) != 0);
  std::vector<std::int32_t> label(static_cast<std::size_t>(task.image.height * task.image.width));
  std::vector<float> score(label.size());
  for (auto _ : state) label_tiles(task, label.data(), score.data());
  count_scores(state, task);
}
BENCHMARK(labels_by_tiles)->ArgsProduct({{20, 171, 847}, {0, 1}})->UseRealTime();

void labels_naive(benchmark::State& state) {
  const auto scores = patch_logits(state.range(0));
  const auto task = label_task(scores, state.range(0), false);
  const auto axis = bilinear_axis(32, 512);
  std::vector<std::int32_t> label(512 * 512);
  std::vector<float> best(label.size());
  for (auto _ : state) {
    best.assign(best.size(), -std::numeric_limits<float>::infinity());
    for (std::int64_t c = 0; c < state.range(0); ++c) {
      const float* plane = scores.data() + c * 32 * 32;
      for (std::size_t i = 0; i < label.size(); ++i) {
        const auto y = i / 512, x = i % 512;
        const float* upper = plane + 32 * axis.low[y];
        const float* lower = plane + 32 * axis.high[y];
        const float a = upper[axis.low[x]] + axis.weight[x] * (upper[axis.high[x]] - upper[axis.low[x]]);
        const float b = lower[axis.low[x]] + axis.weight[x] * (lower[axis.high[x]] - lower[axis.low[x]]);
        const float score = 1 / (1 + std::exp(-(a + axis.weight[y] * (b - a))));
        if (score > best[i]) {
          best[i] = score;
          label[i] = static_cast<std::int32_t>(c);
        }
      }
    }
    benchmark::DoNotOptimize(label.data());
  }
  count_scores(state, task);
}
BENCHMARK(labels_naive)->Arg(20)->Arg(171)->UseRealTime();

}  // namespace
}  // namespace relprompt::kernels
