// How far the heads of a layer look: mean attention distance (Dosovitskiy et al., "An Image is Worth 16x16
// Words", figure 7; figure 7 of the RPN paper). The attention kernels never hold a weight, so the weights are
// computed once more, from what enters the layer.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "nn/grid.h"
#include "nn/transformer_block.h"

namespace relprompt::clip {

/// For each head the distance from a patch to the patches it attends to, weighted by its attention, mean over
/// the patches; in patches, between centres. Class token and prompts are left out and the weights of the
/// patches brought back to a sum of 1, which is the softmax over the patches' scores alone: so prompts act
/// only through what earlier layers made of the tokens. A patch's weight on itself counts with distance 0.
/// tokens [B, 1 + N, D] as they enter the block: class token, patches of the grid -> [B, heads] in fp64, on
/// the CPU.
torch::Tensor attention_distance(nn::TransformerBlock& block, const torch::Tensor& tokens, nn::Grid grid,
                                 std::int64_t heads);

}  // namespace relprompt::clip
