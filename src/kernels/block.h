// A pre-norm transformer block for inference: everything between its input and its output in two passes over
// blocks of rows with attention between them, so that only queries, keys, values and what attention makes of
// them go through memory.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/activation.h"
#include "kernels/buffer.h"
#include "kernels/input_sums.h"
#include "kernels/packed_linear.h"
#include "kernels/precision.h"

namespace relprompt::kernels {

/// A linear layer as a checkpoint holds it: weight [outputs, inputs], bias [outputs].
struct LinearWeights {
  const float* weight = nullptr;
  const float* bias = nullptr;
};

/// A layer norm: weight and bias [width].
struct NormWeights {
  const float* weight = nullptr;
  const float* bias = nullptr;
  float epsilon = 1e-5f;
};

struct BlockWeights {
  std::int64_t width = 0, heads = 0, mlp_width = 0;
  Activation activation = Activation::kQuickGelu;
  NormWeights ln_1, ln_2;
  LinearWeights in;      ///< queries, keys, values stacked: 3 * width outputs
  LinearWeights out;     ///< width -> width
  LinearWeights hidden;  ///< width -> mlp_width
  LinearWeights back;    ///< mlp_width -> width
};

/// For each linear layer of a block one number an input, such as the mean over the rows that it gets.
struct LayerInputs {
  std::vector<float> in, out, hidden, back;  ///< width, width, width, mlp_width numbers; all empty: none

  bool empty() const { return in.empty(); }
};

/// How a block is packed.
struct BlockPacking {
  Precision precision = Precision::kFp32;
  LayerInputs centres;  ///< see PackedBlock
};

struct BlockInput {
  const float* x = nullptr;       ///< [batch, tokens, width]
  const float* prompt = nullptr;  ///< [batch, prompts, width]: gives keys and values alone; may be nullptr
  std::int64_t batch = 0, tokens = 0, prompts = 0;
};

/// What the blocks of one tower work in, one after the other.
struct BlockWorkspace {
  Buffer<float> queries, own_kv, extra_kv, mixed, widened;
};

class PackedBlock {
 public:
  /// Copies and packs the weights. centres: what rows are taken less before they are rounded, which changes
  /// the result by rounding alone; means of typical rows make that smaller in int8. Runs on the threads of
  /// OpenMP.
  PackedBlock(const BlockWeights& weights, Precision precision, const LayerInputs& centres = {});

  /// y [batch, tokens, width], apart from the input. sums, if wanted, gets what entered the linear layers
  /// added to it (for blocks without centres). Runs on the threads of OpenMP.
  void run(const BlockInput& input, float* y, BlockWorkspace& workspace, InputSums* sums = nullptr) const;

 private:
  struct Norm {
    /// centre is subtracted from the bias, empty: nothing.
    Norm(const NormWeights& from, std::int64_t width, const std::vector<float>& centre);
    std::vector<float> weight, bias;
    float epsilon;
  };
  /// The fp32 copies of the layers where there are such.
  struct Copies {
    const float *queries = nullptr, *keys_values = nullptr, *out = nullptr, *hidden = nullptr,
                *back = nullptr;
  };

  Copies widen(Buffer<float>& memory) const;
  void project(const BlockInput& input, const Copies& copies, BlockWorkspace& workspace,
               InputSums* sums) const;
  void finish(const float* x, const float* mixed, const Copies& copies, std::int64_t rows, float* y,
              InputSums* sums) const;

  std::int64_t width_, heads_, mlp_width_;
  Activation activation_;
  Precision precision_;
  Norm ln_1_, ln_2_;
  std::vector<float> out_centre_, back_centre_;  ///< those of the other two layers are in the norms
  PackedLinear queries_, keys_values_, out_, hidden_,
      back_;  ///< the layer `in` in two: prompts need no queries
};

}  // namespace relprompt::kernels
