// relprompt::measure on a tiny network: every number is there and they fit each other. Never how large they
// are: the machines that run tests are shared.
#include "relprompt/benchmark.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "measure/flops.h"
#include "measure/matmul_rate.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt {
namespace {

class Benchmark : public testing::Test {
 protected:
  Benchmark() {
    config_.clip = test::tiny_config();
    config_.prompts = test::tiny_prompts(model::Variant::kPaper, config_.clip);
    config_.test = model::TestProtocol::for_tower(config_.clip.vision);
    test::write_hashed_model(scratch_ / "model", config_);
  }

  BenchmarkResult run(const BenchmarkOptions& options, const std::string& precision = "fp32") const {
    ModelOptions model;
    model.precision = precision;
    model.threads = 1;
    return benchmark_model(scratch_ / "model", model, options);
  }

  test::TemporaryFolder scratch_;
  model::ModelConfig config_;
};

BenchmarkOptions small() {
  BenchmarkOptions options;
  options.classes = 7;
  options.repeat = 1;
  return options;
}

TEST_F(Benchmark, StatesWhatItMeasured) {
  auto options = small();
  options.repeat = 4;
  const auto result = run(options);
  EXPECT_EQ(result.classes, 7);
  EXPECT_EQ(result.window, 64) << "the model's own";
  EXPECT_EQ(result.batch, 1);
  EXPECT_EQ(result.repeat, 4);
  EXPECT_EQ(result.threads, 1);
  EXPECT_EQ(result.precision, "fp32");
  EXPECT_EQ(result.matmul_precision, "fp32");
  const auto& ms = result.window_ms;
  EXPECT_GT(ms.min, 0);
  EXPECT_LE(ms.min, ms.lower_quartile);
  EXPECT_LE(ms.lower_quartile, ms.median);
  EXPECT_LE(ms.median, ms.upper_quartile);
  EXPECT_LE(ms.upper_quartile, ms.max);
  EXPECT_DOUBLE_EQ(result.batch_ms, ms.median);
  EXPECT_DOUBLE_EQ(result.gflop, measure::flop_per_window(config_, 64, 7) / 1e9);
  EXPECT_NEAR(result.gflops * ms.median, result.gflop * 1e3, 1e-6);
  EXPECT_GT(result.matmul_gflops.value(), 0);
  EXPECT_GT(result.peak_mb, 1);
  EXPECT_GT(result.load_ms, 0);
  EXPECT_GT(result.machine.cores, 0);
  EXPECT_FALSE(result.machine.compiler.empty());
  EXPECT_FALSE(result.machine.onednn.empty());
}

TEST_F(Benchmark, StagesAddUpToTheWindow) {
  const auto result = run(small());
  const std::vector<std::string> names = {"patch_embedding", "attention", "mlp", "rpm", "lpm",
                                          "resize",          "other"};
  ASSERT_EQ(result.stages.size(), names.size());
  double sum = 0, gflop = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(result.stages[i].name, names[i]);
    EXPECT_GT(result.stages[i].ms, 0) << names[i];
    sum += result.stages[i].ms;
    gflop += result.stages[i].gflop;
    EXPECT_EQ(result.stages[i].mb > 0, names[i] != "other") << names[i];
  }
  EXPECT_NEAR(sum, result.window_ms.median, 1e-6);
  EXPECT_NEAR(gflop, result.gflop, 1e-9) << "all arithmetic belongs to a stage";
  EXPECT_GT(result.memory_rate.value(), 0);
  EXPECT_GE(result.peak_gflops.value(), result.matmul_gflops.value());
  for (const auto& stage : result.stages) EXPECT_GE(*result.peak_gflops, stage.gflop / stage.ms * 1e3);
}

TEST_F(Benchmark, ABatchIsGivenAWindow) {
  auto options = small();
  options.batch = 3;
  options.window = 48;
  const auto result = run(options, "bf16");
  EXPECT_EQ(result.window, 48);
  EXPECT_DOUBLE_EQ(result.batch_ms, 3 * result.window_ms.median);
  EXPECT_DOUBLE_EQ(result.gflop, measure::flop_per_window(config_, 48, 7) / 1e9) << "of one window";
  EXPECT_EQ(result.matmul_precision, "bf16");
  const auto int8 = run(small(), "int8");
  EXPECT_EQ(int8.matmul_precision, "int8");
  for (const auto& stage : int8.stages) EXPECT_GE(*int8.peak_gflops, stage.gflop / stage.ms * 1e3);
}

TEST_F(Benchmark, RefusesOptionsOutOfRange) {
  const auto with = [&](auto change) {
    auto options = small();
    change(options);
    return run(options);
  };
  EXPECT_ERROR(with([](auto& o) { o.classes = 0; }), ErrorCode::kBadArgument, "classes 0");
  EXPECT_ERROR(with([](auto& o) { o.classes = 65536; }), ErrorCode::kBadArgument, "65535");
  EXPECT_ERROR(with([](auto& o) { o.batch = 0; }), ErrorCode::kBadArgument, "batch 0");
  EXPECT_ERROR(with([](auto& o) { o.repeat = 0; }), ErrorCode::kBadArgument, "repeat 0");
  EXPECT_ERROR(with([](auto& o) { o.window = 15; }), ErrorCode::kBadArgument, "window 15");
  EXPECT_ERROR(with([](auto& o) { o.window = 5000; }), ErrorCode::kBadArgument, "4096");
  EXPECT_ERROR(run(small(), "fp9"), ErrorCode::kBadArgument, "fp9");
  EXPECT_ERROR(benchmark_model(scratch_ / "nothing", {}, small()), ErrorCode::kModelNotFound, "nothing");
}

TEST_F(Benchmark, ProductShapesAddUpToTheLinearLayers) {
  const auto shapes = measure::product_shapes(config_, 64, 2);
  const double sum = std::accumulate(shapes.begin(), shapes.end(), 0.0, [](double total, const auto& shape) {
    return total + shape.count * shape.flop();
  });
  // Two windows of 16 patches: width 128, 4 layers, joint 64, MLP 512.
  const double tokens = 34, layers = 4 * tokens * 2 * (128.0 * 384 + 128 * 128 + 2 * 128 * 512);
  const double patches = 2 * 32 * (768.0 * 128 + 4 * 128 * 64);
  EXPECT_DOUBLE_EQ(sum, layers + patches);
}

}  // namespace
}  // namespace relprompt
