// Multi-scale mixture-of-experts block (paper, Eq. 1 and 12-15): looks at the patch map at several scales.
#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

#include "model/prompt_options.h"
#include "nn/grid.h"
#include "nn/linear.h"

namespace relprompt::rpm {

/// Parameters: down.{weight,bias} [r, D], gate and noise [r, experts], experts.J.{weight,bias} (depth-wise
/// 3x3), up.{weight,bias} [D, r].
class M2oeImpl : public torch::nn::Module {
 public:
  M2oeImpl(std::int64_t width, const model::M2oeOptions& options);

  /// p + sum_j g_j up(expert_j(down(p))). p [B, N, D] over `grid` -> [B, N, D].
  /// noise [B, experts], standard normal, disturbs the gate in training; undefined for none.
  torch::Tensor forward(const torch::Tensor& p, nn::Grid grid, const torch::Tensor& noise = {});

  /// Gate weights g [B, experts], zero but for the top k, from x = down(p) [B, N, r].
  torch::Tensor scores(const torch::Tensor& x, const torch::Tensor& noise = {});

  nn::Linear down{nullptr}, up{nullptr};

 private:
  torch::Tensor expert(std::int64_t index, const torch::Tensor& maps, nn::Grid grid);

  model::M2oeOptions options_;
  torch::Tensor gate_, noise_;
  struct DepthwiseConv {
    torch::Tensor weight, bias;
  };
  std::vector<DepthwiseConv> experts_;
};
TORCH_MODULE(M2oe);

}  // namespace relprompt::rpm
