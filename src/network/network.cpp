#include "network/network.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/words.h"
#include "clip/as_torch.h"
#include "clip/load.h"
#include "model/initial_prompts.h"
#include "model/logit_scale.h"
#include "nn/linear.h"

namespace relprompt::network {
namespace {

constexpr Word<clip::LastLayer> kHeads[] = {{clip::LastLayer::kFull, "none"},
                                            {clip::LastLayer::kValue, "maskclip"},
                                            {clip::LastLayer::kValueResidualMlp, "maskclip-residual"}};

clip::LastLayer last_layer_of(const model::ModelConfig& config) {
  if (config.prompts) return clip::LastLayer::kFull;
  if (const auto layer = find_value(kHeads, config.head)) return *layer;
  throw Error(ErrorCode::kBadArgument, fmt::format("the dense head {} runs on the CPU alone", config.head),
              fmt::format("use --device cpu, or a head of {}", fmt::join(names_of(kHeads), ", ")));
}

}  // namespace

Network::Network(const model::ModelFiles& model, const torch::Device& device, Precision precision)
    : last_layer_(last_layer_of(model.config)),
      scores_(model.config.scores),
      device_(device),
      precision_(precision),
      tower_(model.config.clip.vision, model.config.clip.joint, model.config.clip.activation),
      logit_scale_(model::logit_scale_of(model)) {
  if (precision == Precision::kInt8) {
    throw Error(ErrorCode::kBadArgument, "precision int8 is for the CPU", "use bf16 on other devices");
  }
  load_tower(model);
  if (model.config.prompts) {
    const auto& options = model.config.prompts->peft;
    tuning_ = peft::make_tuning(model.config.clip, options);
    if (model::changes_weights(options.method)) swap_.emplace(tower_, tuning_);
  }
  if (precision == Precision::kBf16) {
    tower_->use_bfloat16();
    model.clip->archive().release_pages();  // the fp32 weights have been copied
  }
  if (!model.config.prompts) return;
  const auto& prompts = *model.config.prompts;
  if (model::has_rpm(prompts.peft.method)) rpm_.emplace(model.config.clip.vision, prompts.rpm);
  lpm_.emplace(model.config.clip.joint, prompts.lpm);
  for (auto* module : prompt_modules()) {
    if (model.prompts) clip::load_frozen(*module, "", model.prompt_rows(), *model.prompts);
    module->to(device);
  }
  if (swap_ && model.prompts) swap_->prepare();
}

void Network::load_tower(const model::ModelFiles& model) {
  clip::load_frozen(*tower_, "visual.", model.image_rows(), *model.clip);
  tower_->to(device_);
}

std::vector<torch::nn::Module*> Network::prompt_modules() const {
  std::vector<torch::nn::Module*> modules;
  if (rpm_) modules.push_back(rpm_->ptr().get());
  if (tuning_) modules.push_back(tuning_.get());
  if (lpm_) modules.push_back(lpm_->ptr().get());
  return modules;
}

void Network::make_trainable(const model::ModelFiles& model, std::uint64_t seed) {
  if (!lpm_) throw Error(ErrorCode::kInternal, "training a model without prompts");
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
        parameter.value().set_data(clip::as_torch(model::initial_prompt(*row, model, seed), row->shape));
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
  // In training the loss tells, without waiting for the device here.
  ScoreCheck check(score_error_, c10::InferenceMode::is_enabled());
  auto scores = patch_scores(image, t, check, observer, noise);
  check.finish();
  return scores;
}

torch::Tensor Network::patch_scores(const torch::Tensor& image, const torch::Tensor& t, ScoreCheck& check,
                                    const rpm::Observer& observer, const rpm::SampleNoise& noise) {
  const auto grid = tower_->grid_of(image);
  const auto scores = [&] {
    // Softmax here and not at pixel resolution: a mean of distributions is one, and memory stays flat.
    if (!lpm_) return (training_free_cosines(image, t, check) * logit_scale_).softmax(-1);
    const auto aligned = features(image, t, observer, noise);
    check.features(aligned.patches);
    return (*lpm_)->forward(aligned.patches, aligned.class_token, t);
  }();
  check.scores(scores, t);
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

torch::Tensor Network::training_free_cosines(const torch::Tensor& image, const torch::Tensor& t,
                                             ScoreCheck& check) {
  const auto tokens = tower_->forward(image, nullptr, clip::ClassToken::kStandard, last_layer_);
  const auto patches = tower_->project(tokens.narrow(1, 1, tokens.size(1) - 1));
  check.features(patches);
  return nn::product(patches, t);
}

torch::Tensor Network::cosines(const torch::Tensor& image, const torch::Tensor& t) {
  const auto grid = tower_->grid_of(image);
  ScoreCheck check(score_error_, c10::InferenceMode::is_enabled());
  const auto found = training_free_cosines(image, t, check);
  check.scores(found, t);
  check.finish();
  return found.transpose(1, 2).reshape({image.size(0), t.size(0), grid.height, grid.width});
}

kernels::ScoreActivation Network::score_activation() const {
  if (training_free()) return kernels::ScoreActivation::kNone;
  return scores_ == model::ScoreKind::kSoftmax ? kernels::ScoreActivation::kSoftmax
                                               : kernels::ScoreActivation::kSigmoid;
}

}  // namespace relprompt::network
