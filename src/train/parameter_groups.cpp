#include "train/parameter_groups.h"

#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "model/prompt_tensors.h"
#include "train/schedule.h"

namespace relprompt::train {
std::int64_t ParameterGroup::parameter_count() const {
  std::int64_t sum = 0;
  for (const auto& [parameter, value] : parameters) sum += value.numel();
  return sum;
}

std::vector<ParameterGroup> parameter_groups(const std::map<std::string, torch::Tensor>& trained,
                                             const config::OptimizerOptions& options) {
  check(options);
  if (trained.empty()) throw Error(ErrorCode::kInternal, "no parameter is trained");
  std::vector<ParameterGroup> groups = {{"knowledge", options.knowledge_rate, {}},
                                        {"rest", options.rate, {}}};
  for (const auto& [name, value] : trained) {
    if (!value.requires_grad()) throw Error(ErrorCode::kInternal, name + " asks for no gradient");
    groups[model::rate_group_of(name) == model::RateGroup::kKnowledge ? 0 : 1].parameters.emplace_back(name,
                                                                                                       value);
  }
  std::vector<ParameterGroup> used;
  for (auto& group : groups) {
    if (!group.parameters.empty()) used.push_back(std::move(group));
  }
  return used;
}

std::unique_ptr<torch::optim::AdamW> make_optimizer(const std::vector<ParameterGroup>& groups,
                                                    const config::OptimizerOptions& options) {
  check(options);
  std::vector<torch::optim::OptimizerParamGroup> all;
  for (const auto& group : groups) {
    std::vector<torch::Tensor> values;
    for (const auto& [name, value] : group.parameters) values.push_back(value);
    all.emplace_back(values, std::make_unique<torch::optim::AdamWOptions>(
                                 torch::optim::AdamWOptions(group.rate).weight_decay(options.weight_decay)));
  }
  return std::make_unique<torch::optim::AdamW>(
      std::move(all), torch::optim::AdamWOptions(options.rate).weight_decay(options.weight_decay));
}

void set_learning_rates(torch::optim::Optimizer& optimizer, const std::vector<ParameterGroup>& groups,
                        std::int64_t done, const config::ScheduleOptions& schedule) {
  auto& targets = optimizer.param_groups();
  if (targets.size() != groups.size()) {
    throw Error(ErrorCode::kInternal, fmt::format("an optimizer of {} parameter groups, expected {}",
                                                  targets.size(), groups.size()));
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    targets[i].options().set_lr(learning_rate(groups[i].rate, done, schedule));
  }
}

}  // namespace relprompt::train
