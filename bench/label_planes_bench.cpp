// What label_bench.cpp replaces: class planes at full size by LibTorch, a chunk of 16 classes at a time.
#include <algorithm>
#include <vector>

#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "label_bench.h"

namespace relprompt::kernels {
namespace {

void labels_libtorch(benchmark::State& state) {
  const torch::InferenceMode no_gradients;
  const std::int64_t classes = state.range(0);
  auto numbers = patch_logits(classes);
  const auto scores = torch::from_blob(numbers.data(), {classes, 32, 32});
  for (auto _ : state) {
    torch::Tensor best, label;
    for (std::int64_t begin = 0; begin < classes; begin += 16) {
      const auto part = scores.narrow(0, begin, std::min<std::int64_t>(16, classes - begin)).unsqueeze(0);
      const auto planes = at::upsample_bilinear2d(part, {512, 512}, false).sigmoid()[0];
      const auto [score, index] = planes.max(0);
      if (!best.defined()) {
        best = score;
        label = index;
        continue;
      }
      const auto better = score > best;
      label = torch::where(better, index + begin, label);
      best = torch::where(better, score, best);
    }
    benchmark::DoNotOptimize(label.data_ptr());
  }
  state.counters["Gscores/s"] = benchmark::Counter(512.0 * 512 * static_cast<double>(classes) * 1e-9,
                                                   benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(labels_libtorch)->Arg(20)->Arg(171)->Arg(847)->UseRealTime();

}  // namespace
}  // namespace relprompt::kernels
