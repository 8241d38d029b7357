// The three sums over pixels that focal and dice loss are made of, with their gradient.
//
// Written with LibTorch's own operators, the loss of 171 classes at 512x512 would keep about ten tensors of
// the logits' size alive for the backward pass (one-hot labels, probabilities, powers, ...). Here only the
// logits are kept; both passes go through a few class planes at a time and compute what they need again.
#pragma once

#include <torch/torch.h>

namespace relprompt::loss {

/// z is a logit, p = sigmoid(z), y is 1 where the pixel has this class and 0 elsewhere, ignored pixels
/// included. Sums over pixels; focal also over images and classes.
struct SigmoidSums {
  torch::Tensor focal;  ///< [] of a (1 - p_t)^gamma bce; p_t, a are p, alpha where y is 1, else 1-p, 1-alpha
  torch::Tensor overlap;    ///< [B, C] of p y
  torch::Tensor predicted;  ///< [B, C] of p, or of p^2
};

/// How the sums are taken.
struct SigmoidSumsOptions {
  double alpha = 0.25;            ///< weight of the focal loss's positives, in [0, 1]
  double gamma = 2;               ///< exponent that fades out easy pixels, 0 or more
  bool square_predicted = false;  ///< predicted sums p^2 instead of p
};

/// logits [B, C, H, W] of any real type, labels [B, H, W] from checked_labels. The sums are fp64 for fp64
/// logits and fp32 for all others. Differentiable in the logits, once.
SigmoidSums sigmoid_sums(const torch::Tensor& logits, const torch::Tensor& labels,
                         const SigmoidSumsOptions& options);

}  // namespace relprompt::loss
