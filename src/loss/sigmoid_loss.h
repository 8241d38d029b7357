// Focal plus dice loss over one sigmoid a class: the loss of the paper and of the authors' code.
//
// An ignored pixel is a negative of every class and not left out, and an image's absent classes count in the
// focal part as planes without positives. That is how the released numbers were made.
#pragma once

#include <cstdint>
#include <optional>

#include <torch/torch.h>

#include "model/loss_options.h"

namespace relprompt::loss {

using model::Dice;
using model::SigmoidLossOptions;

/// Both parts, weighted; scalars. The loss is their sum.
struct SigmoidLoss {
  torch::Tensor focal;
  torch::Tensor dice;
};

/// logits [B, C, H, W], target [B, H, W] int64 with labels below C or `ignore`.
/// focal: mean over pixels, summed over all B C planes; dice: 1 - (2 overlap + 1) / (denominator + 1), summed
/// over the planes of classes that are present in their image. Both are divided by `pairs`, by default this
/// batch's own count of (image, present class) pairs; at least 1. Give the count of the whole effective batch
/// when this is one of several micro-batches or workers: then their losses add up to that of the whole.
/// Throws Error as checked_labels does, kBadArgument for the options.
SigmoidLoss sigmoid_loss(const torch::Tensor& logits, const torch::Tensor& target, std::int64_t ignore,
                         const SigmoidLossOptions& options = {}, std::optional<double> pairs = std::nullopt);

/// Number of (image, class) pairs such that the image has a pixel of the class. target [B, H, W] int64.
double present_pairs(const torch::Tensor& target, std::int64_t classes, std::int64_t ignore);

}  // namespace relprompt::loss
