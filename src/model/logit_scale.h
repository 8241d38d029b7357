// The temperature that CLIP was trained with.
#pragma once

#include "model/model_files.h"

namespace relprompt::model {

/// exp(logit_scale), the factor of cosine similarities before a softmax over classes. Where the file has
/// none, the 100 that CLIP's training clips it to. Throws Error(kTensorMismatch) for one that is no finite
/// number above 0.
double logit_scale_of(const ModelFiles& model);

}  // namespace relprompt::model
