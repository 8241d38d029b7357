// What stands in for the last layer of a bare CLIP, so that its patches say what they show and not what the whole
// image does.
//
// A head is a class in a file of its own and one row of dense_heads() below.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/tower_weights.h"
#include "engine/vision_encoder.h"

namespace relprompt::engine {

class DenseHead {
 public:
  virtual ~DenseHead() = default;
  /// x [batch, layout.tokens, D] before the last layer -> y of the same shape, apart from x.
  virtual void run(const float* x, std::int64_t batch, const TokenLayout& layout, float* y,
                   EncoderWorkspace& workspace) const = 0;
};

/// The last layer of a tower, for a head to take what it needs.
struct LastBlock {
  BlockTensors tensors;
  std::int64_t heads = 0;
  kernels::Activation activation = kernels::Activation::kQuickGelu;
};

/// The head that the config names; nullptr for `full`, the transformer block as it is.
std::unique_ptr<DenseHead> make_dense_head(model::LastLayer head, LastBlock last);

}  // namespace relprompt::engine
