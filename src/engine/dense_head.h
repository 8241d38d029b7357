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

#include "engine/last_block.h"
#include "engine/vision_encoder.h"

namespace relprompt::engine {

/// What a head computes from.
struct HeadInput {
  const VisionEncoder& encoder;  ///< that it is part of
  const Images& images;
  const LayerState& state;  ///< before the last layer
};

/// Immutable once made; what it keeps from one call to the next of a pass lies in the workspace.
class DenseHead {
 public:
  virtual ~DenseHead() = default;

  /// Whether `listen` is to be called when `layer` layers are done, 0 to L - 1.
  virtual bool listens_after(std::int64_t layer) const {
    static_cast<void>(layer);
    return false;
  }
  virtual void listen(const LayerState& state, EncoderWorkspace& workspace) const {
    static_cast<void>(state);
    static_cast<void>(workspace);
  }

  /// Whether `watch` is to be called with the queries, keys and values of layer `layer`, 1 to L - 1.
  virtual bool watches(std::int64_t layer) const {
    static_cast<void>(layer);
    return false;
  }
  virtual void watch(std::int64_t layer, const kernels::AttentionParts& parts,
                     EncoderWorkspace& workspace) const {
    static_cast<void>(layer);
    static_cast<void>(parts);
    static_cast<void>(workspace);
  }

  /// y [batch, tokens, D], apart from the state's tokens, in place of what the last layer makes of them. Rows
  /// of tokens that are no patches may hold any finite numbers.
  virtual void run(const HeadInput& input, float* y, EncoderWorkspace& workspace) const = 0;
};

/// A layer's number (counted from 1) in a tower of 12, which is what heads are published for, in one of
/// `layers`: the nearest, and never the last; 0 if there is no other.
std::int64_t layer_of_12(std::int64_t layer, std::int64_t layers);

/// All names, "none" first: the last layer as it is.
std::vector<std::string> dense_head_names();

/// Whether a model of this config computes its last layer by a dense head: a bare CLIP whose head is not
/// "none". Throws Error(kBadModelConfig) for a head that the table lacks.
bool has_dense_head(const model::ModelConfig& config);

/// The head of a model of this config, which has one. Throws Error(kBadModelConfig) for a head that the table
/// lacks.
std::unique_ptr<DenseHead> make_dense_head(const model::ModelConfig& config, LastBlock last);

/// Gives an opened bare CLIP the head that the user named; empty: it keeps its own, which is checked. Throws
/// Error: kBadArgument for an unknown name, and for any name where the model has prompts; kBadModelConfig for
/// an unknown head of the model's own.
void choose_dense_head(const std::string& name, model::ModelFiles& model);

}  // namespace relprompt::engine
