// The inner loops of pamr: pieces of a row of pixels, each compiled for several instruction sets from one
// source, pamr_simd.cpp.
#pragma once

#include <cstdint>

namespace relprompt::kernels {

enum class InstructionSet;  // kernels/instruction_sets.h, which pamr_simd.cpp must not include (see
                            // simd_kernels.cpp)

/// Neighbours of a pixel at one dilation.
constexpr std::int64_t kPamrTaps = 8;
/// The most pixels of one call.
constexpr std::int64_t kPamrPiece = 256;

struct PamrSimd {
  /// Weights of the neighbours of `count` pixels. pixels: their values in each of 3 channels; near: the
  /// values of each neighbour, the `taps` neighbours (a multiple of kPamrTaps) of a channel together. Weights
  /// of neighbour k begin at weights + k * stride and sum to 1 over the neighbours.
  void (*neighbour_weights)(const float* const* pixels, const float* const* near, std::int64_t taps,
                            std::int64_t count, float* weights, std::int64_t stride);
  /// to = the sum over kPamrTaps neighbours of weight times value, or that added to `to`.
  void (*weighted_sum)(const float* const* near, const float* weights, std::int64_t stride,
                       std::int64_t count, bool add, float* to);
};

/// The loops of one set, which must be usable.
const PamrSimd& pamr_simd_of(InstructionSet set);

/// The loops of chosen_instruction_set().
const PamrSimd& pamr_simd();

}  // namespace relprompt::kernels
