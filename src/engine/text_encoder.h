// CLIP's text tower for inference: token ids to one vector of the joint space a text.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/tower_weights.h"
#include "model/model_files.h"

namespace relprompt::engine {

class TextEncoder {
 public:
  /// model, whose text tower must be there, must outlive this.
  explicit TextEncoder(const model::ModelFiles& model);

  /// Text embeddings of unit length. tokens [texts, context] with ids below the vocabulary size, the end
  /// token having the largest id of its row. -> [texts, E]. A text's bits depend neither on the others nor on
  /// threads, so that embeddings may be kept.
  std::vector<float> encode(const std::vector<std::int64_t>& tokens, std::int64_t texts) const;

  std::int64_t context() const { return config_.context; }

 private:
  struct Block {
    BlockTensors tensors;
    /// x [texts, length, T] -> the same, in place; each token looks at itself and those before it.
    void run(float* x, std::int64_t texts, std::int64_t length, std::int64_t heads,
             kernels::Activation activation, kernels::BlockWorkspace& workspace) const;
  };

  void embed(const std::vector<std::int64_t>& tokens, std::int64_t texts, std::int64_t length,
             float* x) const;

  model::TextConfig config_;
  std::int64_t joint_;
  kernels::Activation activation_;
  model::Tensor table_;  ///< [vocabulary, T], as the file stores it
  model::Tensor positions_, ln_final_weight_, ln_final_bias_, projection_;
  std::vector<Block> blocks_;
};

}  // namespace relprompt::engine
