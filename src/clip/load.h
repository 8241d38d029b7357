// Filling a module's parameters from a checkpoint.
#pragma once

#include <string>
#include <vector>

#include <torch/torch.h>

#include "clip/tensor_source.h"

namespace relprompt::clip {

/// Gives each parameter of the module its row (names: prefix + parameter name) as fp32 on the CPU, without a
/// copy where the file holds fp32. The parameters are frozen: no gradient, never written to.
/// Throws Error(kTensorMismatch) for weights that clip/weight_check.h refuses, Error(kInternal) if a
/// parameter has no row. Call source.check(rows) first.
void load_frozen(torch::nn::Module& module, const std::string& prefix, const std::vector<TensorRow>& rows,
                 const TensorSource& source);

/// As load_frozen, for a caller that looks at large weights later, while it reads them anyway: those of rows
/// whose name starts with `unchecked` are taken as they are. See check_weights.
void load_frozen_but(const std::string& unchecked, torch::nn::Module& module, const std::string& prefix,
                     const std::vector<TensorRow>& rows, const TensorSource& source);

/// The same with memory of their own, so that they can be trained. No gradient is asked for yet.
void load_trainable(torch::nn::Module& module, const std::string& prefix, const std::vector<TensorRow>& rows,
                    const TensorSource& source);

}  // namespace relprompt::clip
