#include "train/pretrainer.h"

#include <cmath>
#include <map>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "train/contrastive.h"

namespace relprompt::train {
namespace {

/// As in CLIP: 0.999 forgets too slowly for runs of some thousand updates.
constexpr double kBeta1 = 0.9, kBeta2 = 0.98;

bool decays(const std::string& name, const torch::Tensor& value) {
  return value.dim() >= 2 && name.find("positional_embedding") == std::string::npos;
}

std::vector<ParameterGroup> sort_parameters(const std::map<std::string, torch::Tensor>& parameters) {
  std::vector<ParameterGroup> groups = {{"matrices", 0, {}}, {"vectors", 0, {}}};
  for (const auto& [name, value] : parameters) {
    groups[decays(name, value) ? 0 : 1].parameters.emplace_back(name, value);
  }
  return groups;
}

std::unique_ptr<torch::optim::AdamW> optimizer_for(const std::vector<ParameterGroup>& groups, double decay) {
  const auto options = torch::optim::AdamWOptions(0).betas({kBeta1, kBeta2});
  std::vector<torch::optim::OptimizerParamGroup> all;
  for (const auto& group : groups) {
    std::vector<torch::Tensor> values;
    for (const auto& [name, value] : group.parameters) values.push_back(value);
    auto own = options;
    own.weight_decay(all.empty() ? decay : 0);
    all.emplace_back(values, std::make_unique<torch::optim::AdamWOptions>(own));
  }
  return std::make_unique<torch::optim::AdamW>(std::move(all), options);
}

void require_finite(std::int64_t done, double value, const char* what) {
  if (std::isfinite(value)) return;
  throw Error(ErrorCode::kDiverged, fmt::format("iteration {}: the {} is {}", done + 1, what, value),
              "the last checkpoint is kept; lower the phase's rate, or lengthen the warm-up");
}

double norm_of(const std::vector<ParameterGroup>& groups) {
  double squares = 0;
  for (const auto& group : groups) {
    for (const auto& [name, value] : group.parameters) {
      const auto norm = value.grad().norm().item<double>();
      squares += norm * norm;
    }
  }
  return std::sqrt(squares);
}

}  // namespace

Pretrainer::Pretrainer(PretrainTowers& towers, const PretrainConfig& config)
    : towers_(towers),
      config_(config),
      groups_(sort_parameters(towers.parameters())),
      optimizer_(optimizer_for(groups_, config.weight_decay)) {}

PretrainStep Pretrainer::step(std::int64_t done, const PretrainBatch& batch) {
  const double weight = place_of(config_, done).phase->patch_weight;
  optimizer_->zero_grad();
  const auto seen = towers_.see(batch.images, weight > 0);
  const auto texts = towers_.read(batch.tokens);
  const auto temperature = towers_.temperature();
  PretrainStep result;
  auto loss = info_nce(torch::matmul(seen.image, texts.t()) * temperature, batch.excluded);
  result.parts.emplace_back("image", loss.item<double>());
  if (weight > 0) {
    const auto scores = patch_scores(seen.patches, texts, config_.patch_sharpness) * temperature;
    const auto patches = info_nce(scores, batch.excluded) * weight;
    result.parts.emplace_back("patches", patches.item<double>());
    loss = loss + patches;
  }
  result.loss = loss.item<double>();
  require_finite(done, result.loss, "loss");
  loss.backward();
  result.gradient_norm = norm_of(groups_);
  require_finite(done, result.gradient_norm, "gradient's norm");
  clip_gradients(result.gradient_norm);
  for (auto& group : optimizer_->param_groups()) group.options().set_lr(pretrain_rate(config_, done));
  optimizer_->step();
  towers_.limit_temperature();
  return result;
}

void Pretrainer::clip_gradients(double norm) {
  if (config_.clip_gradient <= 0 || norm <= config_.clip_gradient) return;
  for (const auto& group : groups_) {
    for (const auto& [name, value] : group.parameters) value.grad().mul_(config_.clip_gradient / norm);
  }
}

}  // namespace relprompt::train
