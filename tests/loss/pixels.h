// Logits and labels small enough to be counted by hand, and a module around logits for gradient checks.
#pragma once

#include <torch/torch.h>

#include "tensors.h"

namespace relprompt::loss {

/// Labels of 2 images and 3 classes, 5x2 pixels: class 2 is absent from the first image, the second has
/// ignored pixels and no class 0.
inline torch::Tensor small_target(std::int64_t ignore) {
  const auto i = ignore;
  const std::vector<std::int64_t> labels = {0, 1, 0, 0, 1, 1, 0, 1, 0, 0,  //
                                            i, i, 2, 1, 2, 2, i, 1, 1, 2};
  return torch::tensor(labels, torch::kInt64).view({2, 5, 2});
}

/// Logits [2, 3, 5, 2] in fp64 as parameters of five numbers each: gradients_match looks at five positions of
/// a parameter, so this way it looks at every logit.
class LogitsModule : public torch::nn::Module {
 public:
  LogitsModule() {
    const auto values = 3 * test::uniform("logits", {12, 5}).to(torch::kFloat64);
    for (std::int64_t i = 0; i < 12; ++i) {
      rows_.push_back(register_parameter("row" + std::to_string(i), values[i].clone()));
    }
  }
  torch::Tensor logits() const { return torch::cat(rows_).view({2, 3, 5, 2}); }

 private:
  std::vector<torch::Tensor> rows_;
};

}  // namespace relprompt::loss
