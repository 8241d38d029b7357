// Models that run in a millisecond, of known weights.
#pragma once

#include <filesystem>

#include "model/model_config.h"

namespace relprompt::test {

/// Sizes of a CLIP that runs in a millisecond: 16 px patches on a 4x4 grid, width 128, 4 layers, joint 64,
/// equal to the goldens' tiny model but for its vocabulary.
model::ClipConfig tiny_config(std::int64_t vocab = 520);

/// Sizes of the micro CLIP of tools/reference: 8 px patches on a 4x4 grid, width 128, 4 layers, joint 32, 2
/// text layers.
model::ClipConfig micro_config();

/// Writes a model folder with name-hashed weights (those of tools/reference) for this config; the vocabulary
/// is a byte alphabet.
void write_hashed_model(const std::filesystem::path& folder, const model::ModelConfig& config);

/// Gives the bare CLIP in a model folder the name-hashed prompts of tools/reference and ImageNet's
/// normalisation.
void add_hashed_prompts(const std::filesystem::path& folder, model::Variant variant);

/// The prompts of tools/reference for a variant on a tower: 5 visual prompt tokens, knowledge on the tower's
/// own grid.
model::PromptConfig tiny_prompts(model::Variant variant, const model::ClipConfig& clip,
                                 std::int64_t tokens = 5);

}  // namespace relprompt::test
