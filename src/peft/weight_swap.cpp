#include "peft/weight_swap.h"

#include <algorithm>

namespace relprompt::peft {

WeightSwap::WeightSwap(clip::ImageTower tower, std::shared_ptr<Tuning> tuning)
    : tower_(std::move(tower)), tuning_(std::move(tuning)) {
  for (const auto& parameter : tower_->named_parameters()) {
    frozen_.emplace(parameter.key(), parameter.value().detach());
  }
}

WeightSwap::State WeightSwap::state() const {
  State state;
  for (const auto& parameter : tuning_->parameters()) {
    const auto writes = parameter.is_inference() ? 0 : static_cast<std::int64_t>(parameter._version());
    state.emplace_back(parameter.data_ptr(), writes);
  }
  return state;
}

void WeightSwap::prepare() {
  const auto parameters = tuning_->parameters();
  const bool trains =
      torch::GradMode::is_enabled() &&
      std::any_of(parameters.begin(), parameters.end(), [](const auto& p) { return p.requires_grad(); });
  auto now = trains ? State() : state();
  if (!trains && now == merged_) return;
  const auto slots = tower_->weights();
  const auto loaded = tower_->named_parameters();
  for (const auto& [name, value] : tuning_->weights(frozen_)) {
    *slots.at(name) = value.to(loaded[name].scalar_type());
  }
  merged_ = std::move(now);
}

}  // namespace relprompt::peft
