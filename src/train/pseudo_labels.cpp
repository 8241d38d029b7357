#include "train/pseudo_labels.h"

namespace relprompt::train {

torch::Tensor without_hidden(const torch::Tensor& targets) {
  return targets.masked_fill(targets < kIgnored, kIgnored);
}

torch::Tensor with_pseudo_labels(const torch::Tensor& logits, const torch::Tensor& targets,
                                 const LabelSpace& space, eval::Setting setting, double threshold,
                                 loss::LossKind loss) {
  const bool known = setting == eval::Setting::kTransductiveKnown;
  if (!known && setting != eval::Setting::kTransductive) return without_hidden(targets);
  const torch::NoGradGuard no_grad;
  const auto rows = torch::tensor(space.unseen_rows(), targets.options());
  const auto scores = loss == loss::LossKind::kSoftmax ? logits.detach().softmax(1) : logits.detach();
  const auto [best, index] = scores.index_select(1, rows).max(1);
  const auto sure = (loss == loss::LossKind::kSoftmax ? best : best.sigmoid()) >= threshold;
  const auto open = known ? targets == kHidden : targets < kIgnored;
  const auto guess = rows.index_select(0, index.flatten()).reshape(index.sizes());
  return without_hidden(torch::where(open & sure, guess, targets));
}

}  // namespace relprompt::train
