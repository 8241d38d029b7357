#include "loss/sigmoid_loss.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "loss/labels.h"
#include "loss/sigmoid_sums.h"

namespace relprompt::loss {
SigmoidLoss sigmoid_loss(const torch::Tensor& logits, const torch::Tensor& target, std::int64_t ignore,
                         const SigmoidLossOptions& options, std::optional<double> pairs) {
  check(options);
  check_logits(logits, target);
  const auto classes = logits.size(1);
  const auto labels = checked_labels(target, classes, ignore);
  const auto labelled = pixels_of_classes(labels, classes);
  const auto absent = labelled == 0;
  const auto own = [&] { return static_cast<double>((labelled > 0).sum().item<std::int64_t>()); };
  const double units = std::max(pairs ? *pairs : own(), 1.0);

  const auto sums =
      sigmoid_sums(logits, labels, {options.alpha, options.gamma, options.dice == Dice::kSquared});
  const auto pixels = static_cast<double>(std::max<std::int64_t>(1, logits.size(2) * logits.size(3)));
  // y^2 is y, so that the labels' share of the denominator is the same in both forms.
  const auto denominator = sums.predicted + labelled;
  const auto dice = (1 - (2 * sums.overlap + 1) / (denominator + 1)).masked_fill(absent, 0);
  return {sums.focal * (options.focal_weight / pixels / units), dice.sum() * (options.dice_weight / units)};
}

double present_pairs(const torch::Tensor& target, std::int64_t classes, std::int64_t ignore) {
  const auto labelled = pixels_of_classes(checked_labels(target, classes, ignore), classes);
  return static_cast<double>((labelled > 0).sum().item<std::int64_t>());
}

}  // namespace relprompt::loss
