// The ablations in which prompts change the patches instead of standing beside them.
#pragma once

#include <torch/torch.h>

#include "rpm/rpm.h"

namespace relprompt::rpm {

/// Tokens [B, 1 + N, D] whose patches x have become x + r or x * (1 + r), where r = softmax_c(m) prompt
/// brings the prompts [B, C, D] back to the patches through their attention map m [B, N, C]. The class token
/// stays.
///
/// The product is taken with 1 + r and not with r: prompts near zero then leave the frozen tower's tokens as
/// they are, as they do in the other two forms, where x * r would erase them.
torch::Tensor merged(const torch::Tensor& tokens, const torch::Tensor& m, const torch::Tensor& prompt,
                     model::Merge merge);

}  // namespace relprompt::rpm
