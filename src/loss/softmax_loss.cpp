#include "loss/softmax_loss.h"

#include <algorithm>

#include "loss/labels.h"

namespace relprompt::loss {
namespace {

double count(const torch::Tensor& labels) {
  return static_cast<double>((labels != kNoClass).sum().item<std::int64_t>());
}

}  // namespace

torch::Tensor softmax_loss(const torch::Tensor& logits, const torch::Tensor& target, std::int64_t ignore,
                           std::optional<double> pixels) {
  namespace F = torch::nn::functional;
  check_logits(logits, target);
  const auto labels = checked_labels(target, logits.size(1), ignore);
  // bfloat16 has too few digits for a sum over a million pixels.
  const auto z = logits.scalar_type() == torch::kFloat64 ? logits : logits.to(torch::kFloat32);
  const auto sum =
      F::cross_entropy(z, labels, F::CrossEntropyFuncOptions().ignore_index(kNoClass).reduction(torch::kSum));
  return sum / std::max(pixels ? *pixels : count(labels), 1.0);
}

double labelled_pixels(const torch::Tensor& target, std::int64_t classes, std::int64_t ignore) {
  return count(checked_labels(target, classes, ignore));
}

}  // namespace relprompt::loss
