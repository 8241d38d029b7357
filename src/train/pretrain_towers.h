// Both towers of a CLIP with gradients: made from nothing, and written as a model that every command opens.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "clip/image_tower.h"
#include "clip/text_tower.h"

namespace relprompt::train {

/// The temperature's largest value, as in CLIP.
constexpr double kMostTemperature = 100;

class PretrainTowers {
 public:
  /// Every tensor has its starting value.
  PretrainTowers(const model::ClipConfig& config, std::uint64_t seed);

  struct Images {
    torch::Tensor image;    ///< [B, E], unit length, of the class token
    torch::Tensor patches;  ///< [B, N, E], unit length; undefined unless asked for
  };
  /// images [B, 3, H, W], normalised.
  Images see(const torch::Tensor& images, bool patches);
  /// tokens [C, T] int64 -> [C, E], unit length.
  torch::Tensor read(const torch::Tensor& tokens) { return text_(tokens); }
  /// What cosines are multiplied with, 1 to kMostTemperature. Scalar.
  torch::Tensor temperature() const { return logit_scale_.exp(); }
  /// Brings the temperature back into its range after an update.
  void limit_temperature();

  /// All trained tensors by the names of the tensor table.
  const std::map<std::string, torch::Tensor>& parameters() const { return parameters_; }
  const model::ClipConfig& config() const { return config_; }

 private:
  model::ClipConfig config_;
  clip::ImageTower image_;
  clip::TextTower text_;
  torch::Tensor logit_scale_;
  std::map<std::string, torch::Tensor> parameters_;
};

/// Makes the folder a bare CLIP: clip.safetensors, merges.txt and last config.json, each replaced as a whole.
/// `source` says what the model was made by, `words` which words its captions had (ModelConfig::words).
/// Throws Error: kNotWritable, kDiskFull.
void export_clip(const std::filesystem::path& folder, const PretrainTowers& towers, const std::string& merges,
                 const std::string& source, const std::vector<std::string>& words);

}  // namespace relprompt::train
