// The loss of pretraining: every caption should find its image among those of the batch, and every image
// its caption (InfoNCE, as CLIP is trained), by the class token and by the patches.
#pragma once

#include <torch/torch.h>

namespace relprompt::train {

/// Mean cross entropy over rows and over columns with the diagonal as the answer. scores [B, B], images by
/// captions, times the temperature; excluded [B, B] bool, false on the diagonal: pairs that are no wrong
/// answer either, because the caption is true of that image too; they are left out of the sums. -> scalar.
torch::Tensor info_nce(const torch::Tensor& scores, const torch::Tensor& excluded);

/// How well the best patches of an image match each caption: s_ij = sum_n softmax_n(sharpness p_n t_j) p_n
/// t_j. patches [B, N, E] and texts [C, E], unit length -> [B, C], in [-1, 1]. This is what makes the patches
/// comparable with names: the class token alone leaves those of the last layer untrained.
torch::Tensor patch_scores(const torch::Tensor& patches, const torch::Tensor& texts, double sharpness);

}  // namespace relprompt::train
