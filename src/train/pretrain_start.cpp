#include "train/pretrain_start.h"

#include <cmath>
#include <string_view>

#include "base/random.h"

namespace relprompt::train {
namespace {

/// Uniform in (0, 1], from the top 53 bits.
double unit(SplitMix64& random) {
  return (static_cast<double>(random.next() >> 11) + 1) / static_cast<double>(std::uint64_t{1} << 53);
}

/// Box and Muller's transform.
double normal(SplitMix64& random) {
  constexpr double kTau = 6.283185307179586;
  const double radius = std::sqrt(-2 * std::log(unit(random)));
  return radius * std::cos(kTau * unit(random));
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Standard deviation of a tensor that is drawn.
double deviation_of(std::string_view name, const model::ClipConfig& config) {
  const bool visual = name.substr(0, 7) == "visual.";
  const auto width = static_cast<double>(visual ? config.vision.width : config.text.width);
  const auto layers = static_cast<double>(visual ? config.vision.layers : config.text.layers);
  const double by_width = 1 / std::sqrt(width);
  if (ends_with(name, "token_embedding.weight")) return 0.02;
  if (name == "positional_embedding") return 0.01;
  if (ends_with(name, "c_fc.weight")) return by_width / std::sqrt(2.0);
  // What is added to the residual stream, once for each of 2 * layers.
  if (ends_with(name, "out_proj.weight") || ends_with(name, "c_proj.weight")) {
    return by_width / std::sqrt(2 * layers);
  }
  if (ends_with(name, "conv1.weight")) {
    return 1 / std::sqrt(static_cast<double>(9 * config.vision.patch * config.vision.patch));
  }
  return by_width;
}

}  // namespace

torch::Tensor sine_positions(std::int64_t grid, std::int64_t width) {
  auto positions = torch::zeros({1 + grid * grid, width});
  auto rows = positions.accessor<float, 2>();
  const auto quarter = width / 4;
  for (std::int64_t cell = 0; cell < grid * grid; ++cell) {
    for (std::int64_t k = 0; k < quarter; ++k) {
      const double pace = std::pow(10000.0, -static_cast<double>(k) / static_cast<double>(quarter));
      const double x = pace * static_cast<double>(cell % grid), y = pace * static_cast<double>(cell / grid);
      rows[1 + cell][k] = static_cast<float>(std::sin(x));
      rows[1 + cell][quarter + k] = static_cast<float>(std::cos(x));
      rows[1 + cell][2 * quarter + k] = static_cast<float>(std::sin(y));
      rows[1 + cell][3 * quarter + k] = static_cast<float>(std::cos(y));
    }
  }
  return positions;
}

torch::Tensor starting_value(const model::TensorRow& row, const model::ClipConfig& config,
                             std::uint64_t seed) {
  const std::string_view name = row.name;
  if (name == "logit_scale") return torch::full({}, std::log(1 / 0.07));
  if (name == "visual.positional_embedding") return sine_positions(config.vision.grid, config.vision.width);
  if (ends_with(name, "bias")) return torch::zeros(row.shape);
  const bool norm = row.shape.size() == 1 && name != "visual.class_embedding";
  if (norm) return torch::ones(row.shape);
  SplitMix64 seeds(seed);
  SplitMix64 random(fnv1a(name) ^ seeds.next());
  auto value = torch::empty(row.shape);
  auto* numbers = value.data_ptr<float>();
  const double deviation = deviation_of(name, config);
  for (std::int64_t i = 0; i < value.numel(); ++i) {
    numbers[i] = static_cast<float>(deviation * normal(random));
  }
  return value;
}

}  // namespace relprompt::train
