#include "segmenter/network.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "clip/load.h"
#include "clip/weight_check.h"
#include "nn/linear.h"
#include "segmenter/initial_prompts.h"
#include "segmenter/int8_refinement.h"
#include "segmenter/score_check.h"

namespace relprompt::segmenter {
namespace {

// The weights of the image tower's layers: nine tenths of it.
constexpr const char* kLayers = "visual.transformer.resblocks.";

/// Throws as clip::check_weights does. `weights` are the tower's, not packed yet.
void check_layer(const std::map<std::string, torch::Tensor*>& weights, std::int64_t layer,
                 const ModelFiles& model) {
  const auto stem = kLayers + std::to_string(layer) + ".";
  for (const auto& row : model.image_rows()) {
    if (row.name.compare(0, stem.size(), stem) != 0) continue;
    const auto found = weights.find(row.name.substr(std::string("visual.").size()));
    if (found == weights.end()) throw Error(ErrorCode::kInternal, "the tower has no " + row.name);
    clip::check_weights(found->second->to(torch::kFloat32).contiguous(), row, *model.clip);
  }
}

/// exp of CLIP's trained temperature; where the file has none, the 100 that CLIP's training clips it to.
double logit_scale_of(const ModelFiles& model) {
  for (const auto& row : model.text_rows()) {
    if (row.name != "logit_scale" || !model.clip->shape_of(row)) continue;
    const double stored = model.clip->read(row).to(torch::kFloat64).item<double>();
    const auto scale = static_cast<float>(std::exp(stored));
    if (std::isfinite(scale) && scale > 0) return std::exp(stored);
    throw Error(ErrorCode::kTensorMismatch,
                fmt::format("{}: the tensor {} is {}; e to that power is no temperature", model.clip->path(),
                            model.clip->stored_name(row), stored),
                "the file is damaged; get it again");
  }
  return 100.0;
}

}  // namespace

Network::Network(const ModelFiles& model, const torch::Device& device, Precision precision)
    : Network(model, device, precision, packings_of(model.config.clip, precision, read_refinement(model))) {}

Network::Network(const ModelFiles& model, const torch::Device& device, Precision precision,
                 const std::vector<nn::BlockPacking>& packings)
    : training_free_(model.config.training_free),
      scores_(model.config.scores),
      device_(device),
      precision_(precision),
      tower_(model.config.clip.vision, model.config.clip.joint, model.config.clip.activation),
      logit_scale_(logit_scale_of(model)) {
  if (precision == Precision::kInt8 && !device.is_cpu()) {
    throw Error(ErrorCode::kBadArgument, "precision int8 is for the CPU", "use bf16 on other devices");
  }
  load_tower(model);
  if (model.config.prompts) {
    const auto& options = model.config.prompts->peft;
    tuning_ = peft::make_tuning(model.config.clip, options);
    if (peft::changes_weights(options.method)) swap_.emplace(tower_, tuning_);
  }
  if (!device.is_cpu() && precision == Precision::kBf16) tower_->use_bfloat16();
  if (!model.config.prompts) {
    pack_tower(model, packings);
    return;
  }
  const auto& prompts = *model.config.prompts;
  if (peft::has_rpm(prompts.peft.method)) rpm_.emplace(model.config.clip.vision, prompts.rpm);
  lpm_.emplace(model.config.clip.joint, prompts.lpm);
  for (auto* module : prompt_modules()) {
    if (model.prompts) clip::load_frozen(*module, "", model.prompt_rows(), *model.prompts);
    module->to(device);
  }
  if (swap_ && model.prompts) swap_->prepare();
  pack_tower(model, packings);
}

void Network::load_tower(const ModelFiles& model) {
  // On the CPU the layers' weights are checked when they are packed, which reads them anyway.
  const std::string later = device_.is_cpu() ? kLayers : "";
  clip::load_frozen_but(later, *tower_, "visual.", model.image_rows(), *model.clip);
  tower_->to(device_);
}

void Network::pack_tower(const ModelFiles& model, const std::vector<nn::BlockPacking>& packings) {
  if (!device_.is_cpu()) return;
  const auto& archive = model.clip->archive();
  const auto layers = model.config.clip.vision.layers;
  std::int64_t checked = 0;
  const auto check_next = [&] {
    if (checked < layers) check_layer(tower_->weights(), checked++, model);
  };
  check_next();
  tower_->pack(packings, lpm_ ? clip::LastLayer::kFull : training_free_, [&] {
    archive.release_pages();
    check_next();
  });
  while (checked < layers) check_next();  // those that stay as they are
  if (rpm_ && model.prompts) (*rpm_)->pack(tower_, precision_);
}

std::vector<torch::nn::Module*> Network::prompt_modules() const {
  std::vector<torch::nn::Module*> modules;
  if (rpm_) modules.push_back(rpm_->ptr().get());
  if (tuning_) modules.push_back(tuning_.get());
  if (lpm_) modules.push_back(lpm_->ptr().get());
  return modules;
}

void Network::unpack(const ModelFiles& model) {
  if (!device_.is_cpu()) return;
  tower_->unpack();
  if (rpm_) (*rpm_)->unpack();
  load_tower(model);
  if (precision_ != Precision::kBf16) return;
  tower_->use_bfloat16();
  model.clip->archive().release_pages();  // the fp32 weights have been copied
}

void Network::make_trainable(const ModelFiles& model, std::uint64_t seed) {
  if (!lpm_) throw Error(ErrorCode::kInternal, "training a model without prompts");
  unpack(model);
  score_error_ = ErrorCode::kDiverged;
  const auto rows = model.prompt_rows();
  for (auto* module : prompt_modules()) {
    const torch::NoGradGuard no_grad;
    if (model.prompts) clip::load_trainable(*module, "", rows, *model.prompts);
    for (auto& parameter : module->named_parameters()) {
      const auto& name = parameter.key();
      if (!model.prompts) {
        const auto row =
            std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.name == name; });
        if (row == rows.end()) throw Error(ErrorCode::kInternal, "no table row for " + name);
        parameter.value().set_data(initial_prompt(*row, model, seed));
      }
      parameter.value().set_requires_grad(true);
    }
    module->to(device_);
  }
}

std::map<std::string, torch::Tensor> Network::trained() const {
  std::map<std::string, torch::Tensor> values;
  for (const auto* module : prompt_modules()) {
    for (const auto& parameter : module->named_parameters()) {
      if (parameter.value().requires_grad()) values.emplace(parameter.key(), parameter.value());
    }
  }
  return values;
}

torch::Tensor Network::patch_scores(const torch::Tensor& image, const torch::Tensor& t,
                                    const rpm::Observer& observer, const rpm::SampleNoise& noise) {
  const auto grid = tower_->grid_of(image);
  // In training the loss tells, without waiting for the device here.
  const bool checked = c10::InferenceMode::is_enabled();
  const auto scores = [&] {
    if (!lpm_) return training_free_scores(image, t);
    const auto aligned = features(image, t, observer, noise);
    if (checked) check_features(aligned.patches, score_error_);
    return (*lpm_)->forward(aligned.patches, aligned.class_token, t);
  }();
  if (checked) check_scores(scores, t, score_error_);
  return scores.transpose(1, 2).reshape({image.size(0), t.size(0), grid.height, grid.width});
}

rpm::Aligned Network::features(const torch::Tensor& image, const torch::Tensor& t,
                               const rpm::Observer& observer, const rpm::SampleNoise& noise) {
  if (swap_) swap_->prepare();
  const auto hook = tuning_ ? tuning_->start_pass() : nullptr;
  if (rpm_) return (*rpm_)->forward(tower_, image, t, observer, noise, hook.get());
  const auto tokens = [&] {
    const bool through = tuning_ && tuning_->needs_tower_gradients();
    const torch::AutoGradMode gradients(torch::GradMode::is_enabled() && through);
    return tower_->forward(image, hook.get());
  }();
  return {tower_->project(tokens.narrow(1, 1, tokens.size(1) - 1)), tower_->project(tokens.select(1, 0))};
}

torch::Tensor Network::training_free_scores(const torch::Tensor& image, const torch::Tensor& t) {
  const auto tokens = tower_->forward(image, nullptr, clip::ClassToken::kStandard, training_free_);
  const auto patches = tower_->project(tokens.narrow(1, 1, tokens.size(1) - 1));
  if (c10::InferenceMode::is_enabled()) check_features(patches, score_error_);
  // Softmax here and not at pixel resolution: a mean of distributions is one, and memory stays flat.
  return (nn::product(patches, t) * logit_scale_).softmax(-1);
}

kernels::Squash Network::squash() const {
  if (training_free()) return kernels::Squash::kNone;
  return scores_ == ScoreKind::kSoftmax ? kernels::Squash::kSoftmax : kernels::Squash::kSigmoid;
}

}  // namespace relprompt::segmenter
