// The trained tensors of a model by name.
#pragma once

#include <map>
#include <string>

#include "model/model_files.h"

namespace relprompt::engine {

class PromptTensors {
 public:
  /// model, which must have prompts and a file of them, must outlive this.
  explicit PromptTensors(const model::ModelFiles& model);

  /// In fp32, a view into the file where that stores it so. Throws Error: kTensorMismatch for
  /// weights that model/weight_check.h refuses, kInternal for an unknown name.
  model::Tensor at(const std::string& name) const;

 private:
  const model::ModelFiles& model_;
  std::map<std::string, model::TensorRow> rows_;
};

}  // namespace relprompt::engine
