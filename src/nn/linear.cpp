#include "nn/linear.h"

namespace relprompt::nn {

LinearImpl::LinearImpl(std::int64_t inputs, std::int64_t outputs) {
  weight = register_parameter("weight", torch::empty({outputs, inputs}));
  bias = register_parameter("bias", torch::empty({outputs}));
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) { return at::linear(x.to(weight.dtype()), weight, bias); }

}  // namespace relprompt::nn
