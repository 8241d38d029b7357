// A pre-norm transformer block for inference: everything between its input and its output in two passes over
// blocks of rows with attention between them, so that only queries, keys, values and what attention makes of
// them go through memory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/activation.h"
#include "kernels/activation_statistics.h"
#include "kernels/attention.h"
#include "kernels/buffer.h"
#include "kernels/pack_archive.h"
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
  LinearWeights qkv;   ///< queries, keys, values stacked: 3 * width outputs
  LinearWeights proj;  ///< width -> width
  LinearWeights fc1;   ///< width -> mlp_width
  LinearWeights fc2;   ///< mlp_width -> width
};

/// For each linear layer of a block one number an input, such as the mean over the rows that it gets.
struct ActivationMeans {
  std::vector<float> qkv, proj, fc1, fc2;  ///< width, width, width, mlp_width numbers; all empty: none

  bool empty() const { return qkv.empty(); }
};

/// How a block is packed.
struct BlockPacking {
  Precision precision = Precision::kFp32;
  ActivationMeans means;  ///< see PackedBlock
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

/// Sees queries, keys and values of a block before they are mixed; they last as long as the call.
using AttentionWatcher = std::function<void(const AttentionParts& parts)>;

class PackedBlock {
 public:
  /// Copies and packs the weights. With means the inputs of the linear layers are mean-centred before they
  /// are rounded and W * mean is folded into the bias: the exact result is the same, its rounding error in
  /// int8 is smaller where the means are those of typical rows. Runs on the threads of OpenMP.
  PackedBlock(const BlockWeights& weights, Precision precision, const ActivationMeans& means = {});

  /// A block that was written to an archive, packed with means or without. Of `shape` sizes, heads,
  /// activation and the norms' epsilons count; its pointers may be nullptr.
  PackedBlock(const BlockWeights& shape, Precision precision, bool means, PackArchive& from);
  /// Stores what the constructor computed.
  void write(PackArchive& to);

  /// What decides how the bytes of a written block lie and which they are, apart from the weights: another
  /// text means that the block cannot be read here.
  static std::string layout(std::int64_t width, std::int64_t mlp_width, Precision precision);

  /// y [batch, tokens, width], apart from the input. sums, if wanted, gets what entered the linear layers
  /// added to it (for blocks without means); watcher, if not empty, is called once. Runs on the threads of
  /// OpenMP.
  void run(const BlockInput& input, float* y, BlockWorkspace& workspace, ActivationStatistics* sums = nullptr,
           const AttentionWatcher& watcher = {}) const;

 private:
  struct Norm {
    /// mean is subtracted from the bias, empty: nothing.
    Norm(const NormWeights& from, std::int64_t width, const std::vector<float>& mean);
    /// Empty.
    explicit Norm(float norm_epsilon) : epsilon(norm_epsilon) {}
    void visit(PackArchive& archive, std::int64_t width);
    PackedArray<float> weight, bias;
    float epsilon;
  };
  /// The fp32 copies of the layers where there are such.
  struct Copies {
    const float *queries = nullptr, *keys_values = nullptr, *proj = nullptr, *fc1 = nullptr, *fc2 = nullptr;
  };

  void visit_vectors(PackArchive& archive, bool means);
  Copies widen(Buffer<float>& memory) const;
  void project(const BlockInput& input, const Copies& copies, float* queries, BlockWorkspace& workspace,
               ActivationStatistics* sums) const;
  /// y holds what attention mixed, which the result replaces.
  void finish(const float* x, const Copies& copies, std::int64_t rows, float* y,
              ActivationStatistics* sums) const;

  std::int64_t width_, heads_, mlp_width_;
  Activation activation_;
  Precision precision_;
  Norm ln_1_, ln_2_;
  PackedArray<float> proj_mean_, fc2_mean_;                ///< those of the other two layers are in the norms
  PackedLinear queries_, keys_values_, proj_, fc1_, fc2_;  ///< qkv in two: prompts need no queries
};

}  // namespace relprompt::kernels
