// Tokens into the joint space for inference: norm, bottleneck, norm, projection, unit length.
//
// A bottleneck (M2oE) changes a token n of `width` numbers only in the few directions of its `up` matrix:
// u = n + U mixed + b. Norm and projection of u are then those of n plus a few multiples of fixed vectors,
// and the length of u follows from inner products of n with the columns of U. So the one large product is the
// projection, the same for all layers, and u never exists. One pass over blocks of rows makes the norm, the
// product and the bottleneck's inputs; a second one adds what the bottleneck says and makes lengths one.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/block.h"
#include "kernels/buffer.h"
#include "kernels/packed_linear.h"

namespace relprompt::kernels {

struct AlignmentWeights {
  std::int64_t width = 0, joint = 0;
  NormWeights first;                  ///< before the bottleneck
  NormWeights last;                   ///< before the projection
  const float* projection = nullptr;  ///< [joint, width]
};

/// What lies between the two norms of one layer.
struct BottleneckWeights {
  std::int64_t rank = 0;
  LinearWeights down;  ///< width -> rank
  LinearWeights up;    ///< rank -> width
};

/// A bottleneck seen through last norm and projection; made by PackedAlignment::pack.
struct PackedBottleneck {
  std::int64_t rank = 0;
  std::vector<float> columns;    ///< [2 rank + 1, width]: down, then U and b without their means
  std::vector<float> down_bias;  ///< [rank]
  std::vector<float> basis;      ///< [rank + 2, joint]: bias of the last norm, U and b, all projected
  std::vector<double> gram;      ///< [rank + 1, rank + 1]: inner products of U's columns and b, without means
};

/// What one pass leaves for the next.
struct AlignmentWorkspace {
  Buffer<float> spread, products, factors, least;
};

class PackedAlignment {
 public:
  /// Copies and packs the weights. The projection's product is in fp32, for the other precisions in bfloat16
  /// where the processor multiplies it faster (native_bfloat16).
  explicit PackedAlignment(const AlignmentWeights& weights, Precision precision = Precision::kFp32);

  PackedBottleneck pack(const BottleneckWeights& weights) const;

  /// First norm and projection of x [rows, width] -> y [rows, joint], unfinished. With a bottleneck also the
  /// result of its `down`, reduced [rows, rank]; else both are nullptr. Runs on the threads of OpenMP.
  void project(const float* x, std::int64_t rows, const PackedBottleneck* bottleneck, float* y,
               float* reduced, AlignmentWorkspace& workspace) const;

  /// Finishes y of `batch` images with `tokens` rows each. mixed [batch, tokens - 1, rank] goes through `up`
  /// and is added to all but an image's first token, the class token; nullptr as in project.
  void finish(std::int64_t batch, std::int64_t tokens, const PackedBottleneck* bottleneck, const float* mixed,
              float* y, AlignmentWorkspace& workspace) const;

  std::int64_t width() const { return width_; }
  std::int64_t joint() const { return joint_; }

 private:
  /// What a row becomes a multiple of; factors [rank + 2], returns the standard deviation of the last norm.
  double factors_of(const PackedBottleneck* bottleneck, const float* mixed, double spread,
                    const float* products, float* factors) const;

  std::int64_t width_, joint_;
  Precision precision_;                                       ///< of the product
  std::vector<float> first_weight_, first_bias_, last_bias_;  ///< the last one projected, [joint]
  float first_epsilon_, last_epsilon_;
  std::vector<float> projection_;  ///< [joint, width]: with the last norm's weight, rows without their means
  PackedLinear packed_;
};

}  // namespace relprompt::kernels
