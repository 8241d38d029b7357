// What stands in for the last layer of a bare CLIP, so that its patches say what they show and not what the
// whole image does.
//
// A head is a class in a file of its own and a row of the table in dense_head.cpp. Its name there is that of
// `head` in config.json and of --head.
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

/// All names, "none" first: the last layer as it is.
std::vector<std::string> dense_head_names();

/// Whether a model of this config computes its last layer by a dense head: a bare CLIP whose head is not
/// "none". Throws Error(kBadModelConfig) for a head that the table lacks.
bool has_dense_head(const model::ModelConfig& config);

/// The head of that name, which is not "none". Throws Error(kBadModelConfig) for a name that the table lacks.
std::unique_ptr<DenseHead> make_dense_head(const std::string& name, LastBlock last);

/// Gives an opened bare CLIP the head that the user named; empty: it keeps its own, which is checked. Throws
/// Error: kBadArgument for an unknown name, and for any name where the model has prompts; kBadModelConfig for
/// an unknown head of the model's own.
void choose_dense_head(const std::string& name, model::ModelFiles& model);

}  // namespace relprompt::engine
