#include "peft/weight_tuning.h"

#include "model/method_tensors.h"

namespace relprompt::peft {
namespace {

/// scale [K] over the outputs of a weight [K, ...].
torch::Tensor scaled(const torch::Tensor& weight, const torch::Tensor& scale) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(weight.dim()), 1);
  shape[0] = scale.size(0);
  return weight * scale.reshape(shape);
}

}  // namespace

OwnWeights::OwnWeights(const model::ClipConfig& clip, const model::PeftOptions& options)
    : Tuning(model::peft_rows(clip, options)) {}

Weights OwnWeights::weights(const Weights& frozen) const {
  Weights own;
  for (const auto& parameter : named_parameters()) {
    const auto name = parameter.key().substr(std::string("tower.").size());
    if (frozen.count(name) > 0) own.emplace(name, parameter.value());
  }
  return own;
}

ScaleAndShift::ScaleAndShift(const model::ClipConfig& clip, const model::PeftOptions& options)
    : Tuning(model::peft_rows(clip, options)) {}

Weights ScaleAndShift::weights(const Weights& frozen) const {
  Weights tuned;
  for (const auto& [name, value] : frozen) {
    const auto end = name.rfind("weight");
    if (end == std::string::npos) continue;
    const auto bias = name.substr(0, end) + "bias";
    const auto &scale = at("ssf." + name), &shift = at("ssf." + bias);
    tuned[name] = scaled(value, scale);
    if (frozen.count(bias) > 0) tuned[bias] = frozen.at(bias) * scale + shift;
  }
  const auto& positions = frozen.at("positional_embedding");
  const auto patches = positions.narrow(0, 1, positions.size(0) - 1) + at("ssf.conv1.bias");
  tuned["positional_embedding"] = torch::cat({positions.narrow(0, 0, 1), patches}, 0);
  return tuned;
}

Lora::Lora(const model::ClipConfig& clip, const model::PeftOptions& options)
    : Tuning(model::peft_rows(clip, options)), layers_(clip.vision.layers) {}

Weights Lora::weights(const Weights& frozen) const {
  Weights tuned;
  for (std::int64_t i = 0; i < layers_; ++i) {
    const auto layer = std::to_string(i);
    const auto name = "transformer.resblocks." + layer + ".attn.in_proj_weight";
    const auto parts = frozen.at(name).chunk(3, 0);  // query, key, value
    const auto added = [&](const torch::Tensor& part, const char* which) {
      const auto stem = "lora." + layer + "." + which;
      return part + torch::matmul(at(stem + ".b"), at(stem + ".a"));
    };
    tuned[name] = torch::cat({added(parts[0], "query"), parts[1], added(parts[2], "value")}, 0);
  }
  return tuned;
}

}  // namespace relprompt::peft
