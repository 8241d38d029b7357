#include "loss/loss.h"

#include "loss/softmax_loss.h"

namespace relprompt::loss {

Loss compute_loss(const torch::Tensor& logits, const torch::Tensor& target, std::int64_t ignore,
                  const LossOptions& options, std::optional<double> units) {
  if (options.kind == LossKind::kSoftmax) {
    const auto entropy = softmax_loss(logits, target, ignore, units);
    return {entropy, {{"cross_entropy", entropy.detach()}}};
  }
  const auto [focal, dice] = sigmoid_loss(logits, target, ignore, options.sigmoid, units);
  return {focal + dice, {{"focal", focal.detach()}, {"dice", dice.detach()}}};
}

double loss_units(const torch::Tensor& target, std::int64_t classes, std::int64_t ignore,
                  const LossOptions& options) {
  return options.kind == LossKind::kSoftmax ? labelled_pixels(target, classes, ignore)
                                            : present_pairs(target, classes, ignore);
}

}  // namespace relprompt::loss
