// Adaptive prompt generation (paper, Eq. 3): attention maps become prompt tokens, one a class.
#pragma once

#include <torch/torch.h>

#include "nn/grid.h"
#include "nn/linear.h"

namespace relprompt::rpm {

/// Linear(m^T h). m [B, N, C] attention maps over `grid`; h [stored.size(), D] pixel knowledge, trainable and
/// shared by all layers, resized bilinearly to the grid. -> [B, C, D].
torch::Tensor generate_prompts(const torch::Tensor& m, nn::Grid grid, const torch::Tensor& h, nn::Grid stored,
                               nn::Linear& linear);

/// The prompts of generate_prompts for the attention map (p * g) t^T, without that map: both equations are
/// linear, so patches meet the pixel knowledge first, in a matrix whose size the classes do not change. Equal
/// up to rounding, and cheaper from some 300 classes on where the mapping is not yet done. p [B, N, E], g [B,
/// E], t [C, E]; mapped [N, D]: what map_knowledge returns. -> [B, C, D].
torch::Tensor generate_prompts_without_map(const torch::Tensor& p, const torch::Tensor& g,
                                           const torch::Tensor& t, const torch::Tensor& mapped,
                                           nn::Linear& linear);

/// Linear without its bias of the pixel knowledge, resized to the grid: [N, D], shared by all layers.
torch::Tensor map_knowledge(const torch::Tensor& h, nn::Grid stored, nn::Grid grid, nn::Linear& linear);

/// Whether prompts for so many classes are cheaper without the attention map. patches N, joint E, width D;
/// layers share the mapped knowledge.
bool cheaper_without_map(double classes, double patches, double joint, double width, double layers);

/// The ablation without pixel knowledge: m^T W + b, a linear layer whose inputs are the cells of the grid.
/// weight [stored.size(), D] is resized as h is, bias [D]. -> [B, C, D].
torch::Tensor map_to_prompts(const torch::Tensor& m, nn::Grid grid, const torch::Tensor& weight,
                             nn::Grid stored, const torch::Tensor& bias);

}  // namespace relprompt::rpm
