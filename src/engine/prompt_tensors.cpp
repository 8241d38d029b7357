#include "engine/prompt_tensors.h"

#include "relprompt/error.h"

#include "model/weight_check.h"

namespace relprompt::engine {

PromptTensors::PromptTensors(const model::ModelFiles& model) : model_(model) {
  for (auto& row : model.prompt_rows()) rows_.emplace(row.name, row);
}

model::Tensor PromptTensors::at(const std::string& name) const {
  const auto row = rows_.find(name);
  if (row == rows_.end() || !model_.prompts) {
    throw Error(ErrorCode::kInternal, "the model has no trained " + name);
  }
  auto tensor = to_fp32(model_.prompts->read(row->second));
  model::check_weights(tensor, row->second, *model_.prompts);
  return tensor;
}

}  // namespace relprompt::engine
