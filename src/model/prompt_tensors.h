// The tensors of the trainable part (RPM or another method, and LPM), by our names and by those of the
// authors' checkpoints.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/clip_config.h"
#include "model/model_config.h"
#include "model/tensor_source.h"
#include "model/tensor_table.h"

namespace relprompt::model {

/// Rows of the prompts; all of them are trained.
std::vector<TensorRow> prompt_rows(const ClipConfig& clip, const PromptConfig& prompts);

/// The group of a prompt's parameter, as its row has it; kRest for others.
RateGroup rate_group_of(const std::string& name);

/// The options that the tensors of an authors' .pth imply: official variant, tokens from the visual prompts,
/// grid from the pixel knowledge. Throws Error(kTensorMismatch) if those two tensors are missing.
PromptConfig infer_prompts(const TensorSource& source);

/// Tensors that checkpoints in the wild carry and that mean nothing here.
const std::set<std::string>& ignored_tensors();

}  // namespace relprompt::model
