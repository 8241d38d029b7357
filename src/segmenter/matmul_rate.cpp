#include "segmenter/matmul_rate.h"

#include <algorithm>
#include <chrono>

#include "kernels/linear.h"

namespace relprompt::segmenter {
namespace {

// Rates depend on the shapes alone as long as no number is subnormal or grows without bound.
constexpr float kNumber = 0.5f;
constexpr std::uint16_t kHalfNumber = 0x3F00;  // 0.5 in bfloat16

}  // namespace

std::vector<ProductShape> product_shapes(const ModelConfig& config, std::int64_t window, std::int64_t batch) {
  const auto& v = config.clip.vision;
  const auto side = window / v.patch, patches = batch * side * side, tokens = patches + batch;
  const auto layers = static_cast<double>(v.layers);
  const double aligned = config.prompts && peft::has_rpm(config.prompts->peft.method) ? layers : 1;
  return {{patches, 3 * v.patch * v.patch, v.width, 1}, {tokens, v.width, 3 * v.width, layers},
          {tokens, v.width, v.width, layers},           {tokens, v.width, v.mlp_width, layers},
          {tokens, v.mlp_width, v.width, layers},       {patches, v.width, config.clip.joint, aligned}};
}

MatmulRate::MatmulRate(std::vector<ProductShape> shapes, const std::string& precision)
    : shapes_(std::move(shapes)), bfloat16_(precision == "bf16") {
  std::size_t x = 0, weight = 0, y = 0;
  for (const auto& shape : shapes_) {
    x = std::max(x, static_cast<std::size_t>(shape.rows * shape.inputs));
    weight = std::max(weight, static_cast<std::size_t>(shape.inputs * shape.outputs));
    y = std::max(y, static_cast<std::size_t>(shape.rows * shape.outputs));
  }
  y_.resize(y);
  if (bfloat16_) {
    half_x_.assign(x, kHalfNumber);
    half_weight_.assign(weight, kHalfNumber);
  } else {
    x_.assign(x, kNumber);
    weight_.assign(weight, kNumber);
  }
}

void MatmulRate::multiply(const ProductShape& shape) {
  if (bfloat16_) {
    kernels::linear_bf16(half_x_.data(), shape.rows, shape.inputs, half_weight_.data(), nullptr,
                         shape.outputs, y_.data());
  } else {
    kernels::linear(x_.data(), shape.rows, shape.inputs, weight_.data(), nullptr, shape.outputs, y_.data());
  }
}

double MatmulRate::measure() {
  using Clock = std::chrono::steady_clock;
  double flop = 0, seconds = 0;
  for (const auto& shape : shapes_) {
    const auto start = Clock::now();
    multiply(shape);
    seconds += shape.count * std::chrono::duration<double>(Clock::now() - start).count();
    flop += shape.count * shape.flop();
  }
  return flop / seconds * 1e-9;
}

}  // namespace relprompt::segmenter
