// Cross entropy over the classes of each pixel: the alternative to the sigmoid loss (paper, ablation).
#pragma once

#include <cstdint>
#include <optional>

#include <torch/torch.h>

namespace relprompt::loss {

/// Mean over pixels of -log softmax at the pixel's class; ignored pixels take no part. logits [B, C, H, W],
/// target [B, H, W] int64 with labels below C or `ignore`. Scalar.
/// Divided by `pixels`, by default this batch's own count of labelled pixels; at least 1, so that a batch
/// without any gives 0 and no gradient, not NaN. Give the count of the whole effective batch when this is
/// one of several micro-batches or workers. Throws Error as checked_labels does.
torch::Tensor softmax_loss(const torch::Tensor& logits, const torch::Tensor& target, std::int64_t ignore,
                           std::optional<double> pixels = std::nullopt);

/// Number of pixels with a class. target [B, H, W] int64.
double labelled_pixels(const torch::Tensor& target, std::int64_t classes, std::int64_t ignore);

}  // namespace relprompt::loss
