#include "measure/matmul_rate.h"

#include <algorithm>
#include <chrono>

#include <omp.h>

#include "kernels/linear.h"
#include "kernels/threads.h"

namespace relprompt::measure {
namespace {

// Rates depend on the shapes alone as long as no number is subnormal or grows without bound.
constexpr float kNumber = 0.5f;
constexpr std::uint16_t kHalfNumber = 0x3F00;  // 0.5 in bfloat16

// Rows of an int8 product that a thread does at once, as the tower's layers do (kernels/packed_linear.h).
constexpr std::int64_t kBlock = 128;

}  // namespace

std::vector<ProductShape> product_shapes(const model::ModelConfig& config, std::int64_t window,
                                         std::int64_t batch) {
  const auto& v = config.clip.vision;
  const auto side = window / v.patch, patches = batch * side * side, tokens = patches + batch;
  const auto layers = static_cast<double>(v.layers);
  const double aligned = config.prompts && model::has_rpm(config.prompts->peft.method) ? layers : 1;
  return {{patches, 3 * v.patch * v.patch, v.width, 1}, {tokens, v.width, 3 * v.width, layers},
          {tokens, v.width, v.width, layers},           {tokens, v.width, v.mlp_width, layers},
          {tokens, v.mlp_width, v.width, layers},       {patches, v.width, config.clip.joint, aligned}};
}

MatmulRate::MatmulRate(std::vector<ProductShape> shapes, const std::string& precision)
    : shapes_(std::move(shapes)), precision_(precision) {
  std::size_t x = 0, weight = 0, y = 0;
  for (const auto& shape : shapes_) {
    x = std::max(x, static_cast<std::size_t>(shape.rows * shape.inputs));
    weight = std::max(weight, static_cast<std::size_t>(shape.inputs * shape.outputs));
    y = std::max(y, static_cast<std::size_t>(shape.rows * shape.outputs));
  }
  y_.resize(y);
  x_.assign(x, kNumber);
  if (precision == "bf16") {
    half_weight_.assign(weight, kHalfNumber);
  } else {
    weight_.assign(weight, kNumber);
  }
  if (precision == "int8") prepare_int8();
}

void MatmulRate::prepare_int8() {
  for (const auto& shape : shapes_) {
    layers_.emplace_back(weight_.data(), nullptr, shape.inputs, shape.outputs, kernels::Precision::kInt8);
  }
  scratch_.resize(static_cast<std::size_t>(kernels::current_threads()));
}

void MatmulRate::multiply(std::size_t index) {
  const ProductShape& shape = shapes_[index];
  if (precision_ == "int8") {
    multiply_int8(index);
  } else if (precision_ == "bf16") {
    kernels::linear_bf16(x_.data(), shape.rows, shape.inputs, half_weight_.data(), nullptr, shape.outputs,
                         y_.data());
  } else {
    kernels::linear(x_.data(), shape.rows, shape.inputs, weight_.data(), nullptr, shape.outputs, y_.data());
  }
}

void MatmulRate::multiply_int8(std::size_t index) {
  const ProductShape& shape = shapes_[index];
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t block = 0; block < (shape.rows + kBlock - 1) / kBlock; ++block) {
    auto& scratch = scratch_[static_cast<std::size_t>(omp_get_thread_num())];
    const auto first = block * kBlock, rows = std::min(kBlock, shape.rows - first);
    const auto x = kernels::prepare_rows(x_.data() + first * shape.inputs, rows, shape.inputs,
                                         kernels::Precision::kInt8, scratch);
    layers_[index].multiply(x, rows, nullptr, /*add=*/false, y_.data() + first * shape.outputs, scratch);
  }
}

double MatmulRate::measure() {
  using Clock = std::chrono::steady_clock;
  double flop = 0, seconds = 0;
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    const ProductShape& shape = shapes_[i];
    const auto start = Clock::now();
    multiply(i);
    seconds += shape.count * std::chrono::duration<double>(Clock::now() - start).count();
    flop += shape.count * shape.flop();
  }
  return flop / seconds * 1e-9;
}

}  // namespace relprompt::measure
