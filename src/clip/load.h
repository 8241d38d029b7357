// Filling a module's parameters from a checkpoint.
#pragma once

#include <string>
#include <vector>

#include <torch/torch.h>

#include "model/tensor_source.h"

namespace relprompt::clip {

/// Gives each parameter of the module its row (names: prefix + parameter name) as fp32 on the CPU, without a
/// copy where the file holds fp32. The parameters are frozen: no gradient, never written to.
/// Throws Error(kTensorMismatch) for weights that model/weight_check.h refuses, Error(kInternal) if a
/// parameter has no row. Call source.check(rows) first.
void load_frozen(torch::nn::Module& module, const std::string& prefix,
                 const std::vector<model::TensorRow>& rows, const model::TensorSource& source);

/// The same with memory of their own, so that they can be trained. No gradient is asked for yet.
void load_trainable(torch::nn::Module& module, const std::string& prefix,
                    const std::vector<model::TensorRow>& rows, const model::TensorSource& source);

}  // namespace relprompt::clip
