// Transductive self-training: the model's own guesses become labels of pixels that carry none.
#pragma once

#include <torch/torch.h>

#include "eval/protocol.h"
#include "loss/loss.h"
#include "train/label_space.h"

namespace relprompt::train {

/// Replaces targets that training must not know by the most probable unseen class.
///
/// kTransductive guesses at every pixel without a label, whether the data set ignores it or names an unseen
/// class; kTransductiveKnown (the dagger variant) only where the hidden label is an unseen class. Guesses
/// whose probability, in the sense of the loss, is below `threshold` stay unlabelled. The result has rows and
/// kIgnored, no kHidden. logits [B, S, H, W] of all rows of `space`, targets [B, H, W] from space.targets;
/// other settings only turn kHidden into kIgnored.
torch::Tensor with_pseudo_labels(const torch::Tensor& logits, const torch::Tensor& targets,
                                 const LabelSpace& space, eval::Setting setting, double threshold,
                                 loss::LossKind loss);

/// kHidden becomes kIgnored.
torch::Tensor without_hidden(const torch::Tensor& targets);

}  // namespace relprompt::train
