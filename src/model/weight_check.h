// Weights that cannot be those of a trained model, named before anything is computed with them.
//
// A NaN or an overflow in one weight makes every score NaN or every feature zero; an arg max over that is
// class 0 everywhere, and rounding to 8 bits can even make plausible masks of it.
#pragma once

#include "model/tensor_source.h"

namespace relprompt::model {

/// Looks at a row's numbers, in fp32. Throws Error(kTensorMismatch), naming file and
/// tensor, for NaN, for infinity, for magnitudes of which not even sums of squares can be computed, and for
/// zeros alone where everything has to pass, as in a projection.
void check_weights(const Tensor& value, const TensorRow& row, const TensorSource& source);

}  // namespace relprompt::model
