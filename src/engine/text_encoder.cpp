#include "engine/text_encoder.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "relprompt/error.h"

#include "engine/causal_attention.h"
#include "kernels/layer_norm.h"
#include "kernels/linear.h"
#include "model/weight_check.h"

namespace relprompt::engine {
namespace {

/// One row of a matrix as it is stored.
model::Tensor row_of(const model::Tensor& matrix, std::int64_t row) {
  const auto size = matrix.bytes() / static_cast<std::uint64_t>(matrix.shape()[0]);
  const auto* data = static_cast<const std::byte*>(matrix.data()) + static_cast<std::uint64_t>(row) * size;
  return {matrix.dtype(), {matrix.shape()[1]}, data, matrix.owner()};
}

void add(const float* x, std::int64_t count, float* y) {
  for (std::int64_t i = 0; i < count; ++i) y[i] += x[i];
}

void normalise(float* row, std::int64_t size) {
  double sum = 0;
  for (std::int64_t i = 0; i < size; ++i) sum += static_cast<double>(row[i]) * static_cast<double>(row[i]);
  const auto factor = static_cast<float>(1 / std::max(std::sqrt(sum), 1e-12));
  for (std::int64_t i = 0; i < size; ++i) row[i] *= factor;
}

}  // namespace

TextEncoder::TextEncoder(const model::ModelFiles& model)
    : config_(model.config.clip.text),
      joint_(model.config.clip.joint),
      activation_(model.config.clip.activation) {
  std::map<std::string, model::TensorRow> rows;
  for (auto& row : model.text_rows()) rows.emplace(row.name, row);
  const auto stored = [&](const std::string& name) {
    const auto row = rows.find(name);
    if (row == rows.end()) throw Error(ErrorCode::kInternal, "the text tower has no " + name);
    auto tensor = model.clip->read(row->second);
    model::check_weights(to_fp32(tensor), row->second, *model.clip);
    return tensor;
  };
  const auto at = [&](const std::string& name) { return to_fp32(stored(name)); };
  table_ = stored("token_embedding.weight");
  positions_ = at("positional_embedding");
  ln_final_weight_ = at("ln_final.weight");
  ln_final_bias_ = at("ln_final.bias");
  projection_ = transposed(at("text_projection"));
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    const auto stem = "transformer.resblocks." + std::to_string(i) + ".";
    blocks_.push_back(
        {block_tensors(config_.norm_epsilon, [&](const char* name) { return at(stem + name); })});
  }
}

/// x [texts, length, T] = token embeddings + positions.
void TextEncoder::embed(const std::vector<std::int64_t>& tokens, std::int64_t texts, std::int64_t length,
                        float* x) const {
  const auto width = config_.width;
  for (std::int64_t i = 0; i < texts; ++i) {
    for (std::int64_t t = 0; t < length; ++t) {
      const auto id = tokens[static_cast<std::size_t>(i * config_.context + t)];
      const auto row = to_fp32(row_of(table_, id));
      float* to = x + (i * length + t) * width;
      std::copy_n(row.floats(), width, to);
      add(positions_.floats() + t * width, width, to);
    }
  }
}

void TextEncoder::Block::run(float* x, std::int64_t texts, std::int64_t length, std::int64_t heads,
                             kernels::Activation activation, kernels::BlockWorkspace& workspace) const {
  const auto w = tensors.weights(heads, activation);
  const auto rows = texts * length, d = w.width;
  float *normed = workspace.mixed.reserve(rows * d), *qkv = workspace.own_kv.reserve(rows * 3 * d),
        *mixed = workspace.queries.reserve(rows * d),
        *hidden = workspace.extra_kv.reserve(rows * w.mlp_width);
  kernels::layer_norm(x, rows, d, w.ln_1.weight, w.ln_1.bias, w.ln_1.epsilon, normed);
  kernels::linear_row_by_row(normed, rows, d, w.qkv.weight, w.qkv.bias, 3 * d, qkv);
  causal_attention(qkv, texts, length, d, heads, mixed);
  kernels::linear_row_by_row(mixed, rows, d, w.proj.weight, w.proj.bias, d, normed);
  add(normed, rows * d, x);
  kernels::layer_norm(x, rows, d, w.ln_2.weight, w.ln_2.bias, w.ln_2.epsilon, normed);
  kernels::linear_row_by_row(normed, rows, d, w.fc1.weight, w.fc1.bias, w.mlp_width, hidden, w.activation);
  kernels::linear_row_by_row(hidden, rows, w.mlp_width, w.fc2.weight, w.fc2.bias, d, normed);
  add(normed, rows * d, x);
}

std::vector<float> TextEncoder::encode(const std::vector<std::int64_t>& tokens, std::int64_t texts) const {
  // Causal attention: what follows the end token cannot reach it, so the columns after the last end token of
  // the batch are cut off. Class names use about a tenth of the context length.
  std::vector<std::int64_t> ends;
  for (std::int64_t i = 0; i < texts; ++i) {
    const auto row = tokens.begin() + i * config_.context;
    ends.push_back(std::max_element(row, row + config_.context) - row);
  }
  const auto length = *std::max_element(ends.begin(), ends.end()) + 1, width = config_.width;
  std::vector<float> x(static_cast<std::size_t>(texts * length * width));
  embed(tokens, texts, length, x.data());
  kernels::BlockWorkspace workspace;
  for (const auto& block : blocks_) block.run(x.data(), texts, length, config_.heads, activation_, workspace);
  std::vector<float> last(static_cast<std::size_t>(texts * width));
  for (std::int64_t i = 0; i < texts; ++i) {
    std::copy_n(x.data() + (i * length + ends[static_cast<std::size_t>(i)]) * width, width,
                last.data() + i * width);
  }
  kernels::layer_norm(last.data(), texts, width, ln_final_weight_.floats(), ln_final_bias_.floats(),
                      config_.norm_epsilon, last.data());
  std::vector<float> embeddings(static_cast<std::size_t>(texts * joint_));
  kernels::linear_row_by_row(last.data(), texts, width, projection_.floats(), nullptr, joint_,
                             embeddings.data());
  for (std::int64_t i = 0; i < texts; ++i) normalise(embeddings.data() + i * joint_, joint_);
  return embeddings;
}

}  // namespace relprompt::engine
