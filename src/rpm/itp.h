// Image-to-pixel attention (paper, Eq. 2): how much each patch agrees with each class, given the whole image.
#pragma once

#include <torch/torch.h>

namespace relprompt::rpm {

/// Which of the two levels of attention are used; both but in the ablation of table 6.
struct ItpOptions {
  bool image_level = true;  ///< classes are weighted by the class token; false: m = p t^T
  bool pixel_level = true;  ///< a score for every patch; false: all patches get the class token's score
};

/// Attention map m = p (t * g)^T. p [B, N, E] patches, g [B, E] class token, t [C, E] texts, all of unit
/// length. -> [B, N, C]. Nothing here is trained.
torch::Tensor image_to_pixel_attention(const torch::Tensor& p, const torch::Tensor& g, const torch::Tensor& t,
                                       const ItpOptions& options = {});

}  // namespace relprompt::rpm
