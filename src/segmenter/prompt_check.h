// Settings of the trainable part that are each fine and make no sense together.
#pragma once

#include <string>

#include "relprompt/error.h"

#include "clip/clip_config.h"
#include "segmenter/model_config.h"

namespace relprompt::segmenter {

/// Throws Error(code) that starts with `where` and names the keys, for a switch that the method or another
/// switch leaves without effect, a model in which nothing is trained, and sizes that do not fit the tower.
/// A config is refused rather than read loosely, because an ablation that silently is not one gives wrong
/// tables.
void check_prompts(const PromptConfig& prompts, const clip::VisionConfig& vision, const std::string& where,
                   ErrorCode code = ErrorCode::kBadModelConfig);

}  // namespace relprompt::segmenter
