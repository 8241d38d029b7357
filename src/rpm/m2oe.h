// Multi-scale mixture-of-experts block (paper, Eq. 1 and 12-15): looks at the patch map at several scales.
#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

#include "kernels/expert_maps.h"
#include "nn/grid.h"
#include "nn/linear.h"

namespace relprompt::rpm {

struct M2oeOptions {
  std::int64_t rank = 3;     ///< r, channels of the bottleneck
  std::int64_t experts = 4;  ///< expert j works at scale 1/2^j, j = 0, 1, ...
  std::int64_t top_k = 2;    ///< experts an image uses
  bool gate = true;          ///< false: all experts, equally weighted ("multi-scale" of the ablation)
};

/// Parameters: down.{weight,bias} [r, D], gate and noise [r, experts], experts.J.{weight,bias} (depth-wise
/// 3x3), up.{weight,bias} [D, r].
class M2oeImpl : public torch::nn::Module {
 public:
  M2oeImpl(std::int64_t width, const M2oeOptions& options);

  /// p + sum_j g_j up(expert_j(down(p))). p [B, N, D] over `grid` -> [B, N, D].
  /// noise [B, experts], standard normal, disturbs the gate in training; undefined for none.
  torch::Tensor forward(const torch::Tensor& p, nn::Grid grid, const torch::Tensor& noise = {});

  /// Gate weights g [B, experts], zero but for the top k, from x = down(p) [B, N, r].
  torch::Tensor scores(const torch::Tensor& x, const torch::Tensor& noise = {});

  /// The experts for inference on the CPU: copies.
  kernels::ExpertWeights expert_weights() const;

  nn::Linear down{nullptr}, up{nullptr};

 private:
  torch::Tensor expert(std::int64_t index, const torch::Tensor& maps, nn::Grid grid);

  M2oeOptions options_;
  torch::Tensor gate_, noise_;
  struct DepthwiseConv {
    torch::Tensor weight, bias;
  };
  std::vector<DepthwiseConv> experts_;
};
TORCH_MODULE(M2oe);

}  // namespace relprompt::rpm
