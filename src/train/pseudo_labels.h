// Transductive self-training: the model's own guesses become labels of pixels that carry none.
#pragma once

#include <torch/torch.h>

#include "eval/protocol.h"
#include "loss/loss.h"
#include "train/label_space.h"

namespace relprompt::train {

/// Replaces targets that training must not know by the most probable unseen class.
///
/// kTransductiveKnown (the dagger variant) guesses where the hidden label is an unseen class, kTransductive
/// also at the background where the data set was opened with one. What the data set ignores and the padding
/// of crops (kIgnored) stay ignored in both. Guesses whose probability, in the sense of the loss, is below
/// `threshold` stay unlabelled. The result has rows and kIgnored, nothing else. logits [B, S, H, W] of all
/// rows of `space`, targets [B, H, W] from space.targets; other settings only turn kHidden and kBackground
/// into kIgnored.
torch::Tensor with_pseudo_labels(const torch::Tensor& logits, const torch::Tensor& targets,
                                 const LabelSpace& space, eval::Setting setting, double threshold,
                                 loss::LossKind loss);

/// kHidden and kBackground become kIgnored.
torch::Tensor without_hidden(const torch::Tensor& targets);

}  // namespace relprompt::train
