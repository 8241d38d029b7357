#include "nn/attention_function.h"

#include "kernels/attention.h"
#include "nn/optional.h"

namespace relprompt::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// Both contiguous; extra_kv may be undefined.
kernels::AttentionInput input_of(const torch::Tensor& qkv, const torch::Tensor& extra_kv,
                                 std::int64_t heads) {
  const bool extra = extra_kv.defined() && extra_kv.size(1) > 0;
  return {qkv.data_ptr<float>(),
          extra ? extra_kv.data_ptr<float>() : nullptr,
          qkv.size(0),
          qkv.size(1),
          extra ? extra_kv.size(1) : 0,
          qkv.size(2) / 3,
          heads};
}

/// Scratch for a gradient if one is wanted.
torch::Tensor room_for(const torch::Tensor& tensor, bool wanted) {
  return wanted ? torch::empty_like(tensor) : torch::Tensor();
}

float* numbers_or_null(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

class AttentionFunction : public torch::autograd::Function<AttentionFunction> {
 public:
  static Variable forward(AutogradContext* context, const Variable& qkv, const Optional<Variable>& extra_kv,
                          std::int64_t heads) {
    const auto extra = extra_kv ? *extra_kv : Variable();
    context->save_for_backward({qkv, extra});
    context->saved_data["heads"] = heads;
    auto out = torch::empty({qkv.size(0), qkv.size(1), qkv.size(2) / 3}, qkv.options());
    kernels::attention(input_of(qkv, extra, heads), out.data_ptr<float>());
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &qkv = saved[0], &extra = saved[1];
    const auto d_out = gradients[0].contiguous();
    const auto d_qkv = room_for(qkv, qkv.requires_grad());
    const auto d_extra = room_for(extra, extra.defined() && extra.requires_grad());
    kernels::attention_backward(input_of(qkv, extra, context->saved_data["heads"].toInt()),
                                d_out.data_ptr<float>(), numbers_or_null(d_qkv), numbers_or_null(d_extra));
    return {d_qkv, d_extra, Variable()};
  }
};

}  // namespace

torch::Tensor kernel_attention(const torch::Tensor& qkv, const torch::Tensor& extra_kv, std::int64_t heads) {
  const auto own = qkv.contiguous();
  const auto extra = extra_kv.defined() ? Optional<Variable>(extra_kv.contiguous()) : Optional<Variable>();
  return AttentionFunction::apply(own, extra, heads);
}

}  // namespace relprompt::nn
