// What the prompts are before they are trained.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model_files.h"
#include "model/tensor_table.h"

namespace relprompt::model {

/// Starting values [row.shape] fp32 of a row of the model's prompt_rows: a function of name, shape and seed,
/// and for those that stand for the image tower's own (full fine-tuning, BitFit) a copy of the CLIP's.
///
/// Both variants: pixel knowledge and visual prompts uniform in +-sqrt(6 / (3 patch^2 + D)), the weights of
/// the shared linear layer normal with variance 2 / D, norms 1 and 0. The linear APG starts as the knowledge
/// does.
///
/// Official variant: as in the authors' code, whose head has an initialiser that their training never calls.
/// Its linear layers therefore keep what their constructors give them: vis_proj.weight and text_proj.weight
/// normal with deviation 0.02 (the constructor's cut is at +-2, which is no cut), text_fuse.weight and the
/// biases of all linear layers uniform in +-1/sqrt(inputs), LibTorch's default; text_fuse has 2 E inputs.
///
/// Paper variant: what that initialiser would do. The head's weights normal with deviation 0.02 cut off at
/// two deviations, biases 0, also the shared linear layer's. M2oE, whose code was not released: `up` is 0, so
/// that the block starts as the identity, gate and noise are 0 (all experts alike), and the rest is uniform
/// in
/// +-1/sqrt(inputs).
///
/// The other methods start as the frozen tower: B of LoRA and `up` of adapters and ladder are 0, scales 1,
/// shifts and the ladder's gates (half of each side) 0. A of LoRA is uniform in +-1/sqrt(D), the other linear
/// layers as the paper variant's head.
std::vector<float> initial_prompt(const TensorRow& row, const ModelFiles& model, std::uint64_t seed);

}  // namespace relprompt::model
