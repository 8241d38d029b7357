// The image tower's weights as the engine computes with them.
//
// Methods that are nothing but other weights (full fine-tuning, BitFit, SSF, LoRA) are folded in here, tensor
// by tensor as they are asked for, so that a tuned tower costs exactly what the plain one does and no second
// copy of it exists.
#pragma once

#include <map>
#include <string>

#include "kernels/block.h"
#include "model/model_files.h"

namespace relprompt::engine {

class TowerWeights {
 public:
  /// model must outlive this.
  explicit TowerWeights(const model::ModelFiles& model);

  /// A tensor of the image tower in fp32, named as in OpenAI's CLIP without "visual.". A view into the file
  /// where that stores it so. Throws Error: kTensorMismatch for weights that model/weight_check.h refuses,
  /// kInternal for a name that the tower does not have.
  model::Tensor at(const std::string& name) const;

 private:
  /// The tensor as the file holds it, in fp32.
  model::Tensor frozen(const std::string& name) const;
  /// A tensor of the prompts file in fp32; an empty one if there is none of that name.
  model::Tensor tuned(const std::string& name) const;
  model::Tensor with_lora(const std::string& name) const;
  model::Tensor with_scale_and_shift(const std::string& name) const;

  const model::ModelFiles& model_;
  model::Method method_ = model::Method::kLpmOnly;
  std::map<std::string, model::TensorRow> tower_rows_, prompt_rows_;
};

/// The tensors of one transformer block, kept alive as long as the pointers into them are used.
struct BlockTensors {
  model::Tensor ln_1_weight, ln_1_bias, qkv_weight, qkv_bias, proj_weight, proj_bias, ln_2_weight, ln_2_bias,
      fc1_weight, fc1_bias, fc2_weight, fc2_bias;
  float norm_epsilon;

  kernels::BlockWeights weights(std::int64_t heads, kernels::Activation activation) const;
};

/// Those of a layer and the tower's epsilon of norms; at(name) gives tensors named ln_1.weight,
/// attn.in_proj_weight and so on.
template <typename At>
BlockTensors block_tensors(float norm_epsilon, const At& at) {
  return {at("ln_1.weight"),
          at("ln_1.bias"),
          at("attn.in_proj_weight"),
          at("attn.in_proj_bias"),
          at("attn.out_proj.weight"),
          at("attn.out_proj.bias"),
          at("ln_2.weight"),
          at("ln_2.bias"),
          at("mlp.c_fc.weight"),
          at("mlp.c_fc.bias"),
          at("mlp.c_proj.weight"),
          at("mlp.c_proj.bias"),
          norm_epsilon};
}

}  // namespace relprompt::engine
