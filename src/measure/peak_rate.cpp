#include "measure/peak_rate.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <omp.h>

#include "kernels/threads.h"

namespace relprompt::measure {
namespace {

// Rates depend on the shapes alone as long as no number is subnormal or grows without bound.
constexpr float kNumber = 0.5f;

// Rows that a thread does at once, as the tower's layers do (kernels/packed_linear.h).
constexpr std::int64_t kBlock = 128;

std::int64_t blocks_of(std::int64_t rows) {
  return (rows + kBlock - 1) / kBlock;
}

}  // namespace

PeakRate::PeakRate(std::vector<ProductShape> shapes, const std::string& precision)
    : shapes_(std::move(shapes)), precision_(kernels::precision_of(precision)) {
  std::size_t x = 0, y = 0, copy = 0;
  std::int64_t blocks = 0;
  for (const auto& shape : shapes_) {
    x = std::max(x, static_cast<std::size_t>(shape.rows * shape.inputs));
    y = std::max(y, static_cast<std::size_t>(shape.rows * shape.outputs));
    blocks = std::max(blocks, blocks_of(shape.rows));
    const std::vector<float> weight(static_cast<std::size_t>(shape.inputs * shape.outputs), kNumber);
    layers_.emplace_back(weight.data(), nullptr, shape.inputs, shape.outputs, precision_);
    copy = std::max(copy, static_cast<std::size_t>(layers_.back().widened_size()));
  }
  x_.resize(x);
  y_.resize(y);
  copy_.resize(copy);
  prepared_.resize(static_cast<std::size_t>(blocks));
  scratch_.resize(static_cast<std::size_t>(kernels::current_threads()));
}

void PeakRate::measure() {
  for (std::size_t i = 0; i < shapes_.size(); ++i) measure(i);
}

void PeakRate::measure(std::size_t index) {
  using Clock = std::chrono::steady_clock;
  const ProductShape& shape = shapes_[index];
  const kernels::PackedLinear& layer = layers_[index];
  const auto rows_of = [&](std::int64_t block) { return std::min(kBlock, shape.rows - block * kBlock); };
  std::fill(x_.begin(), x_.end(), kNumber);  // preparing may overwrite them
  std::vector<kernels::PreparedRows> rows;
  for (std::int64_t block = 0; block < blocks_of(shape.rows); ++block) {
    rows.push_back(kernels::prepare_rows(x_.data() + block * kBlock * shape.inputs, rows_of(block),
                                         shape.inputs, precision_,
                                         prepared_[static_cast<std::size_t>(block)]));
  }
  const float* copy = layer.widened_size() > 0 ? copy_.data() : nullptr;
  if (copy != nullptr) layer.widen(copy_.data());
  const auto start = Clock::now();
#pragma omp parallel for schedule(static)
  for (std::int64_t block = 0; block < blocks_of(shape.rows); ++block) {
    auto& scratch = scratch_[static_cast<std::size_t>(omp_get_thread_num())];
    layer.multiply(rows[static_cast<std::size_t>(block)], rows_of(block), copy, /*add=*/false,
                   y_.data() + block * kBlock * shape.outputs, scratch);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (seconds > 0) best_ = std::max(best_, shape.flop() / seconds * 1e-9);
}

}  // namespace relprompt::measure
