// A pre-norm transformer block for inference: everything between its input and its output in two passes over
// blocks of rows with attention between them, so that only queries, keys, values and what attention makes of
// them go through memory.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/activation.h"
#include "kernels/buffer.h"
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

struct BlockInput {
  const float* x = nullptr;       ///< [batch, tokens, width]
  const float* prompt = nullptr;  ///< [batch, prompts, width]: gives keys and values alone; may be nullptr
  std::int64_t batch = 0, tokens = 0, prompts = 0;
};

/// What the blocks of one tower work in, one after the other.
struct BlockWorkspace {
  Buffer<float> qkv, extra_kv, mixed, widened;
};

class PackedBlock {
 public:
  /// Copies and packs the weights. Runs on the threads of OpenMP.
  PackedBlock(const BlockWeights& weights, Precision precision);

  /// y [batch, tokens, width], apart from the input. Runs on the threads of OpenMP.
  void run(const BlockInput& input, float* y, BlockWorkspace& workspace) const;

 private:
  struct Norm {
    explicit Norm(const NormWeights& from, std::int64_t width);
    std::vector<float> weight, bias;
    float epsilon;
  };
  /// The fp32 copies of the four layers where there are such.
  struct Copies {
    const float *in = nullptr, *out = nullptr, *hidden = nullptr, *back = nullptr;
  };

  Copies widen(Buffer<float>& memory) const;
  void project(const BlockInput& input, const Copies& copies, BlockWorkspace& workspace) const;
  void finish(const float* x, const float* mixed, const Copies& copies, std::int64_t rows, float* y) const;

  std::int64_t width_, heads_, mlp_width_;
  Activation activation_;
  Precision precision_;
  Norm ln_1_, ln_2_;
  PackedLinear in_, out_, hidden_, back_;
};

}  // namespace relprompt::kernels
