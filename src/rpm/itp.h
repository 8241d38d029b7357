// Image-to-pixel attention (paper, Eq. 2): how much each patch agrees with each class, given the whole image.
#pragma once

#include <torch/torch.h>

#include "model/prompt_options.h"
namespace relprompt::rpm {

/// Attention map m = p (t * g)^T. p [B, N, E] patches, g [B, E] class token, t [C, E] texts, all of unit
/// length. -> [B, N, C]. Nothing here is trained.
torch::Tensor image_to_pixel_attention(const torch::Tensor& p, const torch::Tensor& g, const torch::Tensor& t,
                                       const model::ItpOptions& options = {});

}  // namespace relprompt::rpm
