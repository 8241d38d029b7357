#include "train/pretrain_towers.h"

#include <cmath>
#include <vector>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "base/atomic_file.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "model/clip_tensors.h"
#include "model/model_config.h"
#include "train/pretrain_start.h"

namespace relprompt::train {
namespace {

std::vector<model::TensorRow> rows_of(const model::ClipConfig& config) {
  auto rows = model::image_tower_rows(config);
  const auto text = model::text_tower_rows(config);
  rows.insert(rows.end(), text.begin(), text.end());
  return rows;
}

}  // namespace

PretrainTowers::PretrainTowers(const model::ClipConfig& config, std::uint64_t seed)
    : config_(config),
      image_(config.vision, config.joint, config.activation),
      text_(config.text, config.joint, config.activation),
      logit_scale_(torch::zeros({})) {
  for (const auto& parameter : image_->named_parameters()) {
    parameters_["visual." + parameter.key()] = parameter.value();
  }
  for (const auto& parameter : text_->named_parameters()) parameters_[parameter.key()] = parameter.value();
  parameters_["logit_scale"] = logit_scale_;
  for (const auto& row : rows_of(config)) {
    auto& value = parameters_.at(row.name);
    value.set_data(starting_value(row, config, seed));
    value.set_requires_grad(true);
  }
}

PretrainTowers::Images PretrainTowers::see(const torch::Tensor& images, bool patches) {
  const auto tokens = image_(images);
  Images seen;
  if (!patches) {
    seen.image = image_->project(tokens.select(1, 0));
    return seen;
  }
  const auto all = image_->project(tokens);
  seen.image = all.select(1, 0);
  seen.patches = all.narrow(1, 1, all.size(1) - 1);
  return seen;
}

void PretrainTowers::limit_temperature() {
  const torch::NoGradGuard no_grad;
  logit_scale_.clamp_(0, std::log(kMostTemperature));
}

void export_clip(const std::filesystem::path& folder, const PretrainTowers& towers, const std::string& merges,
                 const std::string& source, const std::vector<std::string>& words) {
  std::vector<torch::Tensor> owners;
  std::vector<archive::TensorView> views;
  for (const auto& row : rows_of(towers.config())) {
    owners.push_back(towers.parameters().at(row.name).detach().contiguous());
    views.push_back({row.name, archive::DType::kF32, row.shape,
                     static_cast<const std::byte*>(owners.back().data_ptr()), owners.back().nbytes()});
  }
  model::ModelConfig config;
  config.source = source;
  config.words = words;
  config.clip = towers.config();
  config.test = model::TestProtocol::for_tower(config.clip.vision);
  // The patch term trains what the last block gives for single patches, its residual path included.
  config.head = "maskclip-residual";
  config.clip_sha256 =
      archive::write_safetensors(folder / "clip.safetensors", views, {{"format", "relprompt"}});
  write_file(folder / "merges.txt", merges);
  write_file(folder / "config.json", model::to_json(config));
}

}  // namespace relprompt::train
