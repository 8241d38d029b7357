// The tensors of the trainable part (RPM or another method, and LPM), by our names and by those of the
// authors' checkpoints.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "clip/clip_config.h"
#include "clip/tensor_source.h"
#include "clip/tensor_table.h"
#include "segmenter/model_config.h"

namespace relprompt::segmenter {

/// Rows of the prompts; all of them are trained.
std::vector<clip::TensorRow> prompt_rows(const clip::ClipConfig& clip, const PromptConfig& prompts);

/// The options that the tensors of an authors' .pth imply: official variant, tokens from the visual prompts,
/// grid from the pixel knowledge. Throws Error(kTensorMismatch) if those two tensors are missing.
PromptConfig infer_prompts(const clip::TensorSource& source);

/// Tensors that checkpoints in the wild carry and that mean nothing here.
const std::set<std::string>& ignored_tensors();

}  // namespace relprompt::segmenter
