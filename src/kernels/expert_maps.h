// The experts of a mixture that looks at a few small maps at several scales (M2oE).
#pragma once

#include <cstdint>
#include <vector>

namespace relprompt::kernels {

/// Depth-wise 3x3 convolutions, one an expert.
struct ExpertWeights {
  std::int64_t channels = 0;
  std::vector<float> weight;  ///< [experts, channels, 3, 3]
  std::vector<float> bias;    ///< [experts, channels]

  std::int64_t experts() const {
    return channels == 0 ? 0 : static_cast<std::int64_t>(bias.size()) / channels;
  }
};

/// mixed = sum_j gate_j expert_j(x), where expert j resizes the maps bilinearly to 1 / 2^j of their sides
/// (but at least 1), convolves them with a border of zeros, and resizes the result back. An expert whose gate
/// is 0 is not computed. x: `channels` numbers a cell, channel next to channel, cells row by row; mixed
/// likewise; gate [experts]. Runs on the calling thread.
void mix_experts(const ExpertWeights& weights, const float* x, std::int64_t height, std::int64_t width,
                 const float* gate, float* mixed);

}  // namespace relprompt::kernels
