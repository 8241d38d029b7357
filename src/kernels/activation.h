// The activations of the towers' MLPs, as the kernels know them.
#pragma once

namespace relprompt::kernels {

/// What is applied to the sums of a product.
enum class Activation {
  kNone,
  kQuickGelu,  ///< v * sigmoid(1.702 v)
  kGelu        ///< v * (1 + erf(v / sqrt 2)) / 2
};

}  // namespace relprompt::kernels
