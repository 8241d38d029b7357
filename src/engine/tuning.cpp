#include "engine/tuning.h"

#include "engine/adapter.h"
#include "engine/ladder.h"
#include "engine/visual_prompts.h"

namespace relprompt::engine {

std::unique_ptr<Tuning> make_tuning(const model::ModelFiles& model) {
  if (!model.config.prompts || !model.prompts) return nullptr;
  const auto method = model.config.prompts->peft.method;
  if (method == model::Method::kAdapter) return std::make_unique<Adapter>(model);
  if (method == model::Method::kLst) return std::make_unique<Ladder>(model);
  if (model::has_vpt(method)) return std::make_unique<VisualPrompts>(model);
  return nullptr;
}

}  // namespace relprompt::engine
