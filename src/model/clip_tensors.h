// The tensors of both CLIP towers, and reading their sizes back from a file.
#pragma once

#include <vector>

#include "model/clip_config.h"
#include "model/tensor_source.h"
#include "model/tensor_table.h"

namespace relprompt::model {

/// Rows of the image tower; our names start with "visual.".
std::vector<TensorRow> image_tower_rows(const ClipConfig& config);
/// Rows of the text tower and logit_scale; none if the config has no text tower.
std::vector<TensorRow> text_tower_rows(const ClipConfig& config);

/// Sizes as the tensors' shapes state them: patch from conv1, grid from the positions, layers by counting.
/// Heads and activation stay as they are in a new config: no tensor states them
/// (model/checkpoint_settings.h). Throws Error(kTensorMismatch) when a tensor that decides a size is missing
/// or of impossible shape.
ClipConfig infer_config(const TensorSource& source);

}  // namespace relprompt::model
