// Analytic gradients against central differences in double precision, for any module.
#pragma once

#include <functional>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace relprompt::test {

/// Compares d f / d parameter for every parameter that asks for a gradient with central differences at a few
/// positions each. `f` must be a smooth scalar function of the module's parameters, which must be fp64.
/// The bound is 1e-6 relative to the gradient's scale: double precision leaves about 1e-9.
testing::AssertionResult gradients_match(torch::nn::Module& module, const std::function<torch::Tensor()>& f);

}  // namespace relprompt::test
