// What a method adds to a frozen image tower, behind one interface.
//
// There are two ways in. Methods that are only other weights (full, BitFit, SSF, LoRA) say what the weights
// are: a tuned tower then costs exactly what the plain one does. The others (adapter, VPT, LST) act between
// the layers, through the tower's one hook.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "clip/layer_hook.h"
#include "model/clip_config.h"
#include "model/method.h"
#include "model/tensor_table.h"

namespace relprompt::peft {

/// Tensors by the names of the image tower's parameters.
using Weights = std::map<std::string, torch::Tensor>;

/// Parameters: one a row of peft_rows, named and shaped as there, to be filled by the caller.
class Tuning : public torch::nn::Module {
 public:
  /// The weights that replace those of the tower, computed from the frozen ones (fp32, all of the tower's),
  /// with a gradient to this module's parameters where those ask for one. Empty for methods of the other way.
  virtual Weights weights(const Weights& frozen) const;

  /// What is called between the layers in one pass; null for methods of the other way.
  virtual std::unique_ptr<clip::LayerHook> start_pass();

  /// False if no gradient has to find its way through the tower: its layers can then run without any.
  virtual bool needs_tower_gradients() const { return true; }

 protected:
  /// Registers a parameter a row; dots in names become submodules.
  explicit Tuning(const std::vector<model::TensorRow>& rows);
  const torch::Tensor& at(const std::string& name) const;

 private:
  std::map<std::string, torch::Tensor> by_name_;
};

/// The method's module; null for those that add nothing to the tower (rpn, lpm_only).
std::shared_ptr<Tuning> make_tuning(const model::ClipConfig& clip, const model::PeftOptions& options);

}  // namespace relprompt::peft
