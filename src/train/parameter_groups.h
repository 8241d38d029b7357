// Which numbers are trained, how fast, and the optimizer over them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "config/optimizer_options.h"

namespace relprompt::train {

/// Parameters that share a learning rate.
struct ParameterGroup {
  std::string name;                                               ///< "knowledge" or "rest", for logs
  double rate = 0;                                                ///< before the schedule
  std::vector<std::pair<std::string, torch::Tensor>> parameters;  ///< by name, ascending

  /// How many numbers are trained.
  std::int64_t parameter_count() const;
};

/// The trained parameters by name, sorted into groups; a group without parameters is left out. The rows of
/// model/prompt_tensors.h say which group a parameter belongs to. Throws Error(kBadArgument) for the
/// options, Error(kInternal) if nothing is trained or a parameter asks for no gradient.
std::vector<ParameterGroup> parameter_groups(const std::map<std::string, torch::Tensor>& trained,
                                             const config::OptimizerOptions& options = {});

/// AdamW over the groups, in their order, at their unscheduled rates. A parameter that has got no gradient
/// is left as it is: neither state nor weight decay.
std::unique_ptr<torch::optim::AdamW> make_optimizer(const std::vector<ParameterGroup>& groups,
                                                    const config::OptimizerOptions& options = {});

/// Sets the rates for the update that follows `done` updates. groups are those the optimizer was made of.
void set_learning_rates(torch::optim::Optimizer& optimizer, const std::vector<ParameterGroup>& groups,
                        std::int64_t done, const config::ScheduleOptions& schedule);

}  // namespace relprompt::train
