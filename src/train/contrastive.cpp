#include "train/contrastive.h"

#include <limits>

#include "nn/linear.h"

namespace relprompt::train {

torch::Tensor info_nce(const torch::Tensor& scores, const torch::Tensor& excluded) {
  const auto answers = scores.diagonal();
  const auto others = scores.masked_fill(excluded, -std::numeric_limits<double>::infinity());
  const auto by_image = others.logsumexp(1) - answers, by_caption = others.logsumexp(0) - answers;
  return (by_image.mean() + by_caption.mean()) * 0.5;
}

torch::Tensor patch_scores(const torch::Tensor& patches, const torch::Tensor& texts, double sharpness) {
  const auto cosines = nn::product(patches, texts);  // [B, N, C]
  return ((cosines * sharpness).softmax(1) * cosines).sum(1);
}

}  // namespace relprompt::train
