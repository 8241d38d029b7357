#include "nn/activation_checkpointing.h"

#include <utility>

#include <torch/custom_class.h>

namespace relprompt::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// The part, and what each input of the graph's node is to it. Inputs: x, the prompt if there is one, then
/// the weights that ask for a gradient.
struct Plan : torch::CustomClassHolder {
  Part part;
  bool with_prompt = false;
  std::vector<torch::Tensor*> weights;
};

/// Puts other tensors into places, and back what stood there.
class Swapped {
 public:
  Swapped(const std::vector<torch::Tensor*>& places, variable_list tensors)
      : places_(places), tensors_(std::move(tensors)) {
    exchange();
  }
  ~Swapped() { exchange(); }
  Swapped(const Swapped&) = delete;
  Swapped& operator=(const Swapped&) = delete;

 private:
  void exchange() {
    for (std::size_t i = 0; i < places_.size(); ++i) std::swap(*places_[i], tensors_[i]);
  }

  const std::vector<torch::Tensor*>& places_;
  variable_list tensors_;
};

/// Tensors of the same numbers at the start of a graph of their own.
variable_list cut_off(at::TensorList inputs) {
  variable_list cut;
  for (const auto& input : inputs) cut.push_back(input.detach().set_requires_grad(input.requires_grad()));
  return cut;
}

/// Runs the part with a graph. Both runs go this way, so that both take the same kernels.
torch::Tensor run(const Plan& plan, const variable_list& inputs) {
  const torch::AutoGradMode with_graph(true);
  const std::ptrdiff_t first_weight = plan.with_prompt ? 2 : 1;
  const Swapped swapped(plan.weights, variable_list(inputs.begin() + first_weight, inputs.end()));
  return plan.part(inputs[0], plan.with_prompt ? inputs[1] : torch::Tensor());
}

class RecomputeFunction : public torch::autograd::Function<RecomputeFunction> {
 public:
  static Variable forward(AutogradContext* context, at::TensorList inputs,
                          const c10::intrusive_ptr<Plan>& plan) {
    context->save_for_backward(inputs.vec());
    context->saved_data["plan"] = torch::IValue::make_capsule(plan);
    return run(*plan, cut_off(inputs)).detach();
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto plan = context->saved_data["plan"].toCapsule();
    const auto inputs = cut_off(context->get_saved_variables());
    const auto y = run(static_cast<const Plan&>(*plan), inputs);
    variable_list wanted;
    for (const auto& input : inputs) {
      if (input.requires_grad()) wanted.push_back(input);
    }
    const auto found = torch::autograd::grad({y}, wanted, {gradients[0]}, /*retain_graph=*/false,
                                             /*create_graph=*/false, /*allow_unused=*/true);
    variable_list result;
    auto next = found.begin();
    for (const auto& input : inputs) result.push_back(input.requires_grad() ? *next++ : Variable());
    result.emplace_back();
    return result;
  }
};

}  // namespace

torch::Tensor checkpointed(const Part& part, const torch::Tensor& x, const torch::Tensor& prompt,
                           const std::vector<torch::Tensor*>& weights) {
  auto plan = c10::make_intrusive<Plan>();
  plan->part = part;
  plan->with_prompt = prompt.defined();
  variable_list inputs = {x};
  if (plan->with_prompt) inputs.push_back(prompt);
  bool graph = x.requires_grad() || (prompt.defined() && prompt.requires_grad());
  for (auto* weight : weights) {
    if (!weight->defined() || !weight->requires_grad()) continue;
    plan->weights.push_back(weight);
    inputs.push_back(*weight);
    graph = true;
  }
  if (!graph || !torch::GradMode::is_enabled()) return part(x, prompt);
  return RecomputeFunction::apply(at::TensorList(inputs), plan);
}

}  // namespace relprompt::nn
