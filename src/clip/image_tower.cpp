#include "clip/image_tower.h"

#include "base/stage_timer.h"
#include "nn/grid.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace relprompt::clip {

ImageTowerImpl::ImageTowerImpl(const model::VisionConfig& config, std::int64_t joint,
                               nn::Activation activation)
    : config_(config) {
  const auto width = config.width;
  const auto conv1 = register_module("conv1", std::make_shared<torch::nn::Module>("conv1"));
  conv1_weight_ = conv1->register_parameter("weight", torch::empty({width, 3, config.patch, config.patch}));
  class_embedding_ = register_parameter("class_embedding", torch::empty({width}));
  positional_embedding_ =
      register_parameter("positional_embedding", torch::empty({config.grid * config.grid + 1, width}));
  const auto norm = torch::nn::LayerNormOptions({width}).eps(config.norm_epsilon);
  ln_pre_ = register_module("ln_pre", torch::nn::LayerNorm(norm));
  transformer_ = register_module(
      "transformer",
      nn::Transformer(width, config.layers, config.heads, config.mlp_width, activation, config.norm_epsilon));
  ln_post_ = register_module("ln_post", torch::nn::LayerNorm(norm));
  proj_ = register_parameter("proj", torch::empty({width, joint}));
}

nn::Grid ImageTowerImpl::grid_of(const torch::Tensor& image) const {
  return {image.size(2) / config_.patch, image.size(3) / config_.patch};
}

torch::Tensor ImageTowerImpl::embed(const torch::Tensor& image, ClassToken class_token) {
  const auto grid = grid_of(image);
  const auto patches = at::conv2d(image, conv1_weight_, {}, config_.patch).flatten(2).transpose(1, 2);
  const auto class_row = class_embedding_.expand({image.size(0), 1, config_.width});
  auto class_position = positional_embedding_.narrow(0, 0, 1);
  if (class_token == ClassToken::kAddedTwice) class_position = class_position + class_embedding_;
  const auto stored = positional_embedding_.narrow(0, 1, config_.grid * config_.grid);
  const auto positions = nn::resize_rows(stored, {config_.grid, config_.grid}, grid);
  const auto tokens = torch::cat({class_row, patches}, 1) + torch::cat({class_position, positions}, 0);
  return nn::layer_norm(ln_pre_, tokens);
}

torch::Tensor ImageTowerImpl::run_layer(std::int64_t layer, const LayerState& state, LastLayer last) {
  auto& block = transformer_->block(layer);
  if (last != LastLayer::kFull && layer + 1 == config_.layers) {
    return block->forward_dense(state.tokens, last == LastLayer::kValueResidualMlp);
  }
  return activation_checkpointing_ ? block->forward_checkpointed(state.tokens, state.prompt)
                                   : block(state.tokens, state.prompt);
}

torch::Tensor ImageTowerImpl::forward(const torch::Tensor& image, LayerHook* hook, ClassToken class_token,
                                      LastLayer last) {
  LayerState state;
  state.grid = grid_of(image);
  state.tokens = timed(Stage::kPatchEmbedding, [&] { return embed(image, class_token); });
  if (hook != nullptr) hook->between_layers(state);
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    state.tokens = run_layer(i, state, last);
    state.layer = i + 1;
    state.prompt = torch::Tensor();
    if (hook != nullptr) hook->between_layers(state);
  }
  return state.tokens;
}

torch::Tensor ImageTowerImpl::project(const torch::Tensor& tokens) {
  namespace F = torch::nn::functional;
  return F::normalize(nn::product(nn::layer_norm(ln_post_, tokens), proj_.t()),
                      F::NormalizeFuncOptions().dim(-1));
}

torch::Tensor ImageTowerImpl::encode_image(const torch::Tensor& image) {
  return project(forward(image).select(1, 0));
}

void ImageTowerImpl::use_bfloat16() {
  transformer_->use_bfloat16();
}

std::map<std::string, torch::Tensor*> ImageTowerImpl::weights() {
  std::map<std::string, torch::Tensor*> all = {{"conv1.weight", &conv1_weight_},
                                               {"class_embedding", &class_embedding_},
                                               {"positional_embedding", &positional_embedding_},
                                               {"ln_pre.weight", &ln_pre_->weight},
                                               {"ln_pre.bias", &ln_pre_->bias},
                                               {"ln_post.weight", &ln_post_->weight},
                                               {"ln_post.bias", &ln_post_->bias},
                                               {"proj", &proj_}};
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    const auto stem = "transformer.resblocks." + std::to_string(i) + ".";
    for (const auto& [name, tensor] : transformer_->block(i)->weights()) all[stem + name] = tensor;
  }
  return all;
}

}  // namespace relprompt::clip
