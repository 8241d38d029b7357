// Linear projection module (paper, Eq. 5-7): mask logits from aligned patches and texts.
#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "model/prompt_options.h"
#include "nn/linear.h"

namespace relprompt::lpm {

/// Parameters: vis_proj, vis_norm, text_fuse, text_norm, and text_proj for the second text linear.
/// The training-free form has none: its linears and norms are the identity, and (c), whose two halves must
/// meet one patch vector, adds them: p (t * g + t)^T.
class LpmImpl : public torch::nn::Module {
 public:
  LpmImpl(std::int64_t joint, const model::LpmOptions& options);

  /// p [B, N, E] patches, g [B, E] class token, t [C, E] texts, all of unit length -> logits [B, N, C].
  /// Trained forms scale by E^-1/2; training-free ones are sums of cosines in [-2, 2].
  torch::Tensor forward(const torch::Tensor& p, const torch::Tensor& g, const torch::Tensor& t);

 private:
  torch::Tensor text_side(const torch::Tensor& g, const torch::Tensor& t) const;

  model::LpmOptions options_;
  nn::Linear vis_proj_{nullptr}, text_fuse_{nullptr}, text_proj_{nullptr};
  torch::nn::LayerNorm vis_norm_{nullptr}, text_norm_{nullptr};
};
TORCH_MODULE(Lpm);

}  // namespace relprompt::lpm
