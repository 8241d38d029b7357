// The one way into the image tower: something that is called between its layers.
//
// Relationship prompts, visual prompts, adapters, attention maps and parity dumps all use it; the tower
// knows this interface and none of its users.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "nn/grid.h"

namespace relprompt::clip {

/// What a hook sees and may change between two layers.
struct LayerState {
  std::int64_t layer = 0;  ///< layers done: 0 before the first, L after the last
  nn::Grid grid;           ///< patches of this image
  torch::Tensor tokens;    ///< [B, 1 + N, D]: class token, patches; may be replaced by one of the same shape
  torch::Tensor prompt;    ///< out: [B, P, D] tokens for the next layer alone, undefined for none
};

class LayerHook {
 public:
  virtual ~LayerHook() = default;
  /// Called L + 1 times in order for each batch of images.
  virtual void between_layers(LayerState& state) = 0;
};

}  // namespace relprompt::clip
