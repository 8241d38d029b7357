// The loss that a training config names: one call for all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "loss/sigmoid_loss.h"

namespace relprompt::loss {

using model::LossKind;
using model::LossOptions;

/// A loss and what it is the sum of, for logs.
struct Loss {
  torch::Tensor total;                                       ///< scalar, for backward()
  std::vector<std::pair<std::string, torch::Tensor>> parts;  ///< scalars without gradient
};

/// logits [B, C, H, W] at the target's size, target [B, H, W] int64 with labels below C or `ignore`.
/// units is what the loss is divided by, see loss_units; by default that of this batch.
/// Throws Error: see checked_labels.
Loss compute_loss(const torch::Tensor& logits, const torch::Tensor& target, std::int64_t ignore,
                  const LossOptions& options = {}, std::optional<double> units = std::nullopt);

/// What makes losses of different batches comparable: (image, present class) pairs or labelled pixels. The
/// units of micro-batches and workers add up to those of the effective batch.
double loss_units(const torch::Tensor& target, std::int64_t classes, std::int64_t ignore,
                  const LossOptions& options = {});

}  // namespace relprompt::loss
