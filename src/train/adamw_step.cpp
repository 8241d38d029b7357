#include "train/adamw_step.h"

#include <map>
#include <memory>
#include <tuple>
#include <vector>

namespace relprompt::train {

#if TORCH_VERSION_MAJOR >= 2
namespace {

using torch::optim::AdamWOptions;
using torch::optim::AdamWParamState;

/// Parameters of one group that have been updated equally often.
struct Together {
  std::vector<torch::Tensor> values, gradients, averages, squares;
};

AdamWParamState& state_of(torch::optim::AdamW& optimizer, const torch::Tensor& value) {
  auto& state = optimizer.state()[value.unsafeGetTensorImpl()];
  if (!state) {
    auto first = std::make_unique<AdamWParamState>();
    first->step(0);
    first->exp_avg(torch::zeros_like(value, torch::MemoryFormat::Preserve));
    first->exp_avg_sq(torch::zeros_like(value, torch::MemoryFormat::Preserve));
    state = std::move(first);
  }
  return static_cast<AdamWParamState&>(*state);
}

void update(const Together& part, std::int64_t step, const AdamWOptions& options) {
  // The call reads how often each was updated from a tensor: one for all.
  const auto steps = torch::full({}, static_cast<double>(step),
                                 part.values.front().options().dtype(torch::kFloat32).requires_grad(false));
  const std::vector<torch::Tensor> step_of(part.values.size(), steps);
  const auto [beta1, beta2] = options.betas();
  at::_fused_adamw_(part.values, part.gradients, part.averages, part.squares, {}, step_of, options.lr(),
                    beta1, beta2, options.weight_decay(), options.eps(), /*amsgrad=*/false,
                    /*maximize=*/false);
}

bool is_on_gpu(const torch::optim::AdamW& optimizer) {
  for (const auto& group : optimizer.param_groups()) {
    if (!group.params().empty()) return group.params().front().is_cuda();
  }
  return false;
}

}  // namespace

void fused_adamw_step(torch::optim::AdamW& optimizer) {
  const torch::NoGradGuard no_grad;
  for (auto& group : optimizer.param_groups()) {
    std::map<std::int64_t, Together> parts;  // by the number of their update
    for (const auto& value : group.params()) {
      if (!value.grad().defined()) continue;
      auto& state = state_of(optimizer, value);
      state.step(state.step() + 1);
      auto& part = parts[state.step()];
      part.values.push_back(value);
      part.gradients.push_back(value.grad());
      part.averages.push_back(state.exp_avg());
      part.squares.push_back(state.exp_avg_sq());
    }
    for (const auto& [step, part] : parts) update(part, step, static_cast<AdamWOptions&>(group.options()));
  }
}

void adamw_step(torch::optim::AdamW& optimizer) {
  if (is_on_gpu(optimizer)) return fused_adamw_step(optimizer);
  optimizer.step();
}
#else
void adamw_step(torch::optim::AdamW& optimizer) {
  optimizer.step();
}
#endif

}  // namespace relprompt::train
