#include "segmenter/network.h"

#include <cmath>

#include "clip/load.h"
#include "nn/linear.h"

namespace relprompt::segmenter {
namespace {

/// exp of CLIP's trained temperature, or the 100 that CLIP's training clips it to.
double logit_scale_of(const ModelFiles& model) {
  for (const auto& row : model.text_rows()) {
    if (row.name != "logit_scale" || !model.clip->shape_of(row)) continue;
    const double scale = std::exp(model.clip->read(row).to(torch::kFloat64).item<double>());
    if (std::isfinite(scale) && scale > 0) return scale;
  }
  return 100.0;
}

}  // namespace

Network::Network(const ModelFiles& model, const torch::Device& device, bool bfloat16)
    : training_free_(model.config.training_free),
      device_(device),
      tower_(model.config.clip.vision, model.config.clip.joint, model.config.clip.activation),
      logit_scale_(logit_scale_of(model)) {
  clip::load_frozen(*tower_, "visual.", model.image_rows(), *model.clip);
  tower_->to(device);
  if (bfloat16) tower_->use_bfloat16();
  if (!model.config.prompts) return;
  const auto& prompts = *model.config.prompts;
  rpm_.emplace(model.config.clip.vision, prompts.rpm);
  lpm_.emplace(model.config.clip.joint, prompts.lpm);
  clip::load_frozen(**rpm_, "", model.prompt_rows(), *model.prompts);
  clip::load_frozen(**lpm_, "", model.prompt_rows(), *model.prompts);
  (*rpm_)->to(device);
  (*lpm_)->to(device);
  (*rpm_)->eval();
  (*lpm_)->eval();
}

torch::Tensor Network::patch_scores(const torch::Tensor& image, const torch::Tensor& t,
                                    const rpm::Observer& observer) {
  const auto grid = tower_->grid_of(image);
  const auto scores = [&] {
    if (!rpm_) return training_free_scores(image, t);
    const auto aligned = (*rpm_)->forward(tower_, image, t, observer);
    return (*lpm_)->forward(aligned.patches, aligned.class_token, t);
  }();
  return scores.transpose(1, 2).reshape({image.size(0), t.size(0), grid.height, grid.width});
}

torch::Tensor Network::training_free_scores(const torch::Tensor& image, const torch::Tensor& t) {
  const auto tokens = tower_->forward(image, nullptr, clip::ClassToken::kStandard, training_free_);
  const auto patches = tower_->project(tokens.narrow(1, 1, tokens.size(1) - 1));
  // Softmax here and not at pixel resolution: a mean of distributions is one, and memory stays flat.
  return (nn::product(patches, t) * logit_scale_).softmax(-1);
}

torch::Tensor Network::probabilities(const torch::Tensor& patch_scores, nn::Grid size) const {
  const auto planes = nn::resize_maps(patch_scores, size);
  return rpm_ ? planes.sigmoid() : planes;
}

}  // namespace relprompt::segmenter
