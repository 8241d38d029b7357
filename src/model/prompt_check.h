// Settings of the trainable part that are each fine and make no sense together.
#pragma once

#include <string>

#include "relprompt/error.h"

#include "model/clip_config.h"
#include "model/model_config.h"

namespace relprompt::model {

/// Throws Error(code) that starts with `where` and names the keys, for a switch that the method or another
/// switch leaves without effect, and sizes that do not fit the tower. A config is refused rather than read
/// loosely, because an ablation that silently is not one gives wrong tables.
void check_prompts(const PromptConfig& prompts, const VisionConfig& vision, const std::string& where,
                   ErrorCode code = ErrorCode::kBadModelConfig);

/// True for the head alone in its training-free form: a model like others, with no numbers of its own.
bool trains_nothing(const PromptConfig& prompts);

/// True for relationship prompts with a mixture of experts: the paper's variant, unless it is switched off.
bool has_m2oe(const PromptConfig& prompts);

/// Throws Error(code) that starts with `where` for such a model, which training would leave as it is.
void require_trainable(const PromptConfig& prompts, const std::string& where, ErrorCode code);

}  // namespace relprompt::model
