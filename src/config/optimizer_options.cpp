#include "config/optimizer_options.h"

#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::config {
namespace {

void require(bool holds, const char* part, const char* field, double value, const char* range) {
  if (holds) return;
  throw Error(ErrorCode::kBadArgument, fmt::format("{} {} = {}: expected {}", part, field, value, range));
}

}  // namespace

void check(const ScheduleOptions& options) {
  const auto number = [](std::int64_t value) { return static_cast<double>(value); };
  require(options.iterations >= 1, "schedule", "iterations", number(options.iterations), "1 or more");
  require(std::isfinite(options.power) && options.power > 0, "schedule", "power", options.power,
          "a number above 0");
  require(std::isfinite(options.minimum) && options.minimum >= 0, "schedule", "minimum", options.minimum,
          "0 or more");
  require(options.warmup_iterations >= 0, "schedule", "warmup_iterations", number(options.warmup_iterations),
          "0 or more");
  require(options.warmup_ratio >= 0 && options.warmup_ratio <= 1, "schedule", "warmup_ratio",
          options.warmup_ratio, "0 to 1");
}

void check(const OptimizerOptions& options) {
  const auto positive = [](double value) { return std::isfinite(value) && value > 0; };
  require(positive(options.knowledge_rate), "optimizer", "knowledge_rate", options.knowledge_rate,
          "a number above 0");
  require(positive(options.rate), "optimizer", "rate", options.rate, "a number above 0");
  require(std::isfinite(options.weight_decay) && options.weight_decay >= 0, "optimizer", "weight_decay",
          options.weight_decay, "0 or more");
}

}  // namespace relprompt::config
