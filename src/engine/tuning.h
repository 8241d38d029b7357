// The methods that act between the encoder's layers: adapters, visual prompts (VPT) and ladder side tuning
// (LST). Those that are other weights are folded in by engine/tower_weights.h.
#pragma once

#include <memory>

#include "engine/vision_encoder.h"
#include "model/model_files.h"

namespace relprompt::engine {

/// Immutable once made; what a pass needs beyond it is in its hook.
class Tuning {
 public:
  virtual ~Tuning() = default;
  /// What is called between the layers in one pass. Must not outlive this object.
  virtual std::unique_ptr<LayerHook> start_pass() const = 0;
};

/// nullptr for methods that do nothing between the layers.
std::unique_ptr<Tuning> make_tuning(const model::ModelFiles& model);

}  // namespace relprompt::engine
