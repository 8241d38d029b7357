#include "engine/tower_weights.h"

#include "relprompt/error.h"

#include "kernels/gemm.h"
#include "model/weight_check.h"

namespace relprompt::engine {
namespace {

using model::Method;
using model::Tensor;

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// "....weight" or "..._weight" -> the same with "bias", and back.
std::string counterpart(const std::string& name, const std::string& from, const std::string& to) {
  return name.substr(0, name.size() - from.size()) + to;
}

Tensor checked(const model::TensorSource& source, const model::TensorRow& row) {
  auto tensor = to_fp32(source.read(row));
  model::check_weights(tensor, row, source);
  return tensor;
}

/// weight [K, ...] times scale [K], row by row.
Tensor scaled(const Tensor& weight, const Tensor& scale) {
  auto values = weight.values();
  const auto rows = static_cast<std::size_t>(scale.elements()), size = values.size() / rows;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= scale.floats()[i / size];
  return {weight.shape(), std::move(values)};
}

}  // namespace

TowerWeights::TowerWeights(const model::ModelFiles& model) : model_(model) {
  for (auto& row : model.image_rows()) tower_rows_.emplace(row.name, row);
  if (!model.config.prompts || !model.prompts) return;
  method_ = model.config.prompts->peft.method;
  for (auto& row : model.prompt_rows()) prompt_rows_.emplace(row.name, row);
}

Tensor TowerWeights::frozen(const std::string& name) const {
  const auto row = tower_rows_.find("visual." + name);
  if (row == tower_rows_.end()) throw Error(ErrorCode::kInternal, "the image tower has no " + name);
  return checked(*model_.clip, row->second);
}

Tensor TowerWeights::tuned(const std::string& name) const {
  const auto row = prompt_rows_.find(name);
  return row == prompt_rows_.end() ? Tensor() : checked(*model_.prompts, row->second);
}

Tensor TowerWeights::at(const std::string& name) const {
  switch (method_) {
    case Method::kFull:
    case Method::kBitFit: {
      const auto own = tuned("tower." + name);
      return own ? own : frozen(name);
    }
    case Method::kSsf:
      return with_scale_and_shift(name);
    case Method::kLora:
      return with_lora(name);
    default:
      return frozen(name);
  }
}

/// W + B A for the query and the value part of the stacked projection. W [3 D, D], A [rank, D], B [D, rank].
Tensor TowerWeights::with_lora(const std::string& name) const {
  const std::string start = "transformer.resblocks.", end = ".attn.in_proj_weight";
  if (name.rfind(start, 0) != 0 || !ends_with(name, end)) return frozen(name);
  const auto layer = name.substr(start.size(), name.size() - start.size() - end.size());
  auto values = frozen(name).values();
  const auto width = model_.config.clip.vision.width;
  const auto add = [&](const char* which, std::int64_t part) {
    const auto stem = "lora." + layer + "." + which;
    const auto a = tuned(stem + ".a"), b = tuned(stem + ".b");
    const auto rank = a.shape()[0];
    kernels::gemm(kernels::Side::kPlain, kernels::Side::kPlain, width, width, rank, 1, b.floats(), rank,
                  a.floats(), width, 1, values.data() + part * width * width, width);
  };
  add("query", 0);
  add("value", 2);
  return {{3 * width, width}, std::move(values)};
}

/// SSF: what a layer computes times a scale plus a shift, passed into its weight and bias; the shift of the
/// patch embedding, which has no bias in CLIP, into the positions of the patches.
Tensor TowerWeights::with_scale_and_shift(const std::string& name) const {
  if (name == "positional_embedding") {
    const auto positions = frozen(name), shift = tuned("ssf.conv1.bias");
    auto values = positions.values();
    const auto width = static_cast<std::size_t>(shift.elements());
    for (std::size_t i = width; i < values.size(); ++i) values[i] += shift.floats()[i % width];
    return {positions.shape(), std::move(values)};
  }
  if (ends_with(name, "weight")) return scaled(frozen(name), tuned("ssf." + name));
  if (!ends_with(name, "bias")) return frozen(name);
  const auto shift = tuned("ssf." + name);
  auto bias = scaled(frozen(name), tuned("ssf." + counterpart(name, "bias", "weight"))).values();
  for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += shift.floats()[i];
  return {shift.shape(), std::move(bias)};
}

kernels::BlockWeights BlockTensors::weights(std::int64_t heads, kernels::Activation activation) const {
  kernels::BlockWeights all;
  all.width = qkv_weight.shape()[1];
  all.heads = heads;
  all.mlp_width = fc1_weight.shape()[0];
  all.activation = activation;
  all.ln_1 = {ln_1_weight.floats(), ln_1_bias.floats(), norm_epsilon};
  all.ln_2 = {ln_2_weight.floats(), ln_2_bias.floats(), norm_epsilon};
  all.qkv = {qkv_weight.floats(), qkv_bias.floats()};
  all.proj = {proj_weight.floats(), proj_bias.floats()};
  all.fc1 = {fc1_weight.floats(), fc1_bias.floats()};
  all.fc2 = {fc2_weight.floats(), fc2_bias.floats()};
  return all;
}

}  // namespace relprompt::engine
