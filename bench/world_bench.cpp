// How fast scenes are made, on one thread and without PNG files. Compare user time when the machine is busy.
#include <cstdint>

#include <benchmark/benchmark.h>

#include "world/caption.h"
#include "world/scene.h"

namespace relprompt::world {
namespace {

void make_scenes(benchmark::State& state) {
  Options options;
  options.size = static_cast<int>(state.range(0));
  std::uint64_t index = 0;
  for (auto unused : state) {
    (void)unused;
    const Scene scene = make_scene(1, index, options);
    benchmark::DoNotOptimize(scene.image.rgb.data());
    benchmark::DoNotOptimize(caption(scene, index++).text.data());
  }
  state.counters["scenes/s"] = benchmark::Counter(static_cast<double>(index), benchmark::Counter::kIsRate);
}
BENCHMARK(make_scenes)->Arg(48)->Arg(64)->Arg(96)->Arg(224)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace relprompt::world
