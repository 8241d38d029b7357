// relprompt::benchmark_model: the same segment() that images go through, on noise, with a clock beside it.
#include "relprompt/benchmark.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "api/errors.h"
#include "base/random.h"
#include "base/stage_timer.h"
#include "kernels/threads.h"
#include "measure/flops.h"
#include "measure/machine_facts.h"
#include "measure/matmul_rate.h"
#include "measure/memory_rate.h"
#include "measure/peak_rate.h"
#include "model/model_files.h"

namespace relprompt {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLargestWindow = 4096, kLargestBatch = 256, kMostRuns = 10000;
constexpr std::array<const char*, kStages> kStageNames = {"patch_embedding", "attention", "mlp", "rpm", "lpm",
                                                          "resize"};

void require_range(const char* what, std::int64_t value, std::int64_t low, std::int64_t high,
                   const char* unit = "") {
  if (value >= low && value <= high) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("benchmark: {} {}: expected {} to {}{}", what, value, low, high, unit));
}

void check(const BenchmarkOptions& options) {
  require_range("classes", options.classes, 1, static_cast<std::int64_t>(kMaxClasses));
  require_range("batch", options.batch, 1, kLargestBatch);
  require_range("repeat", options.repeat, 1, kMostRuns);
  if (options.window != 0) require_range("window", options.window, 1, kLargestWindow, " pixels");
}

/// Windows side by side, so that every one is whole and covers nothing of another.
Image noise(const BenchmarkOptions& options) {
  Image image{options.window, options.window * options.batch, {}};
  image.rgb.resize(static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3);
  SplitMix64 random(options.seed);
  for (auto& value : image.rgb) value = static_cast<std::uint8_t>(random.next() >> 56);
  return image;
}

/// Rows of independent normal numbers point everywhere alike; Segmenter makes them unit length. Four
/// uniform ones added up come close enough.
std::vector<float> random_embeddings(std::size_t count, std::size_t width, std::uint64_t seed) {
  SplitMix64 random(seed ^ fnv1a("embeddings"));
  std::vector<float> rows(count * width);
  for (auto& value : rows) {
    for (int i = 0; i < 4; ++i) value += random.next_signed_unit();
  }
  return rows;
}

double bytes_of_weight(const std::string& precision) {
  return precision == "int8" ? 1 : precision == "bf16" ? 2 : 4;
}

/// The value below which `share` of the sorted values lie, between two of them in proportion.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return quantile(values, 0.5);
}

TimeSpread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.5), values.front(), values.back(), quantile(values, 0.25),
          quantile(values, 0.75)};
}

/// The timed runs of one opened model.
class Runs {
 public:
  Runs(Segmenter& segmenter, const BenchmarkOptions& options)
      : segmenter_(segmenter), options_(options), image_(noise(options)) {
    protocol_.short_side = protocol_.window = protocol_.stride = options.window;
    protocol_.window_batch = options.batch;
  }

  /// One pass over the batch, not written down.
  void warm_up() { segmenter_.segment(image_, protocol_); }

  void run() {
    const StageRecording recording;
    const auto result = segmenter_.segment(image_, protocol_);
    const double to_window_ms = 1000.0 / options_.batch;
    double rest = (result.network_seconds + result.score_seconds) * to_window_ms;
    times_.push_back(rest);
    for (std::size_t i = 0; i < kStages; ++i) {
      const double ms = recording.seconds(static_cast<Stage>(i)) * to_window_ms;
      stages_[i].push_back(ms);
      rest -= ms;
    }
    stages_[kStages].push_back(rest);
  }

  const std::vector<double>& times() const { return times_; }

  std::vector<StageTime> stages(const measure::StageCosts& work) const {
    std::vector<StageTime> rows;
    for (std::size_t i = 0; i < kStages; ++i) {
      rows.push_back({kStageNames[i], median(stages_[i]), work[i].flop / 1e9, work[i].bytes / 1e6});
    }
    rows.push_back({"other", median(stages_[kStages]), 0, 0});
    return rows;
  }

 private:
  Segmenter& segmenter_;
  const BenchmarkOptions& options_;
  Image image_;
  SegmentOptions protocol_;
  std::vector<double> times_;
  std::array<std::vector<double>, kStages + 1> stages_;
};

/// GFLOP/s of the fastest stage. On a machine that others use too, it may come out ahead of the products.
double fastest(const std::vector<StageTime>& stages) {
  double best = 0;
  for (const StageTime& stage : stages) {
    if (stage.ms > 0) best = std::max(best, stage.gflop / stage.ms * 1e3);
  }
  return best;
}

BenchmarkResult describe(const std::filesystem::path& model, const ModelOptions& model_options,
                         const BenchmarkOptions& options) {
  BenchmarkResult result;
  result.model = model.string();
  result.precision = model_options.precision;
  result.device = model_options.device;
  result.threads = kernels::thread_count(model_options.threads);
  result.classes = options.classes;
  result.window = options.window;
  result.batch = options.batch;
  result.repeat = options.repeat;
  result.machine = measure::machine_facts();
  return result;
}

}  // namespace

BenchmarkResult benchmark_model(const std::filesystem::path& model, const ModelOptions& model_options,
                                const BenchmarkOptions& given) {
  return api::guarded([&] {
    check(given);
    auto options = given;
    const auto start = Clock::now();
    Segmenter segmenter(model, model_options);
    const double load_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    const auto config = model::open_model(model, model_options.towers).config;
    if (options.window == 0) options.window = segmenter.resolve({}).window;
    require_range("window", options.window, config.clip.vision.patch, kLargestWindow,
                  " pixels (one patch is the least)");

    const auto rows = random_embeddings(static_cast<std::size_t>(options.classes),
                                        static_cast<std::size_t>(segmenter.joint_width()), options.seed);
    segmenter.set_embeddings(rows.data(), static_cast<std::size_t>(options.classes));
    auto result = describe(model, model_options, options);
    result.load_ms = load_ms;
    result.notes = segmenter.model().notes();
    Runs runs(segmenter, options);
    runs.warm_up();
    result.peak_mb = measure::peak_memory() / 1e6;  // before the products below take memory of their own

    const bool cpu = model_options.device == "cpu";
    std::optional<measure::MatmulRate> products;
    std::optional<measure::PeakRate> peak;
    if (cpu) {
      const auto shapes = measure::product_shapes(config, options.window, options.batch);
      products.emplace(shapes, model_options.precision);
      products->measure();
      peak.emplace(shapes, model_options.precision);
      result.matmul_precision = products->precision();
    }
    std::vector<double> rates;
    for (int i = 0; i < options.repeat; ++i) {
      runs.run();
      if (products) rates.push_back(products->measure());
      if (peak) peak->measure();
    }
    result.window_ms = spread_of(runs.times());
    result.batch_ms = result.window_ms.median * options.batch;
    result.gflop = measure::flop_per_window(config, options.window, options.classes) / 1e9;
    result.gflops = result.gflop / result.window_ms.median * 1e3;
    if (cpu) {
      result.matmul_gflops = median(rates);
      result.memory_rate = measure::memory_rate();
      result.stages = runs.stages(measure::cost_of_window(config, options.window, options.classes,
                                                          bytes_of_weight(model_options.precision)));
      result.peak_gflops = std::max({peak->gflops(), *result.matmul_gflops, fastest(result.stages)});
    }
    return result;
  });
}

}  // namespace relprompt
