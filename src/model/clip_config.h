// The sizes of a CLIP model: everything that decides the shape of its tensors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/activation.h"

namespace relprompt::model {

/// kQuickGelu in CLIP's original towers, kGelu in many later ones.
using Activation = kernels::Activation;

struct VisionConfig {
  std::int64_t patch = 16;   ///< pixels a side
  std::int64_t grid = 14;    ///< patches a side of the stored position grid
  std::int64_t width = 768;  ///< D
  std::int64_t layers = 12;  ///< L
  std::int64_t heads = 12;
  std::int64_t mlp_width = 3072;

  std::int64_t image_size() const { return grid * patch; }
};

struct TextConfig {
  std::int64_t width = 512;
  std::int64_t layers = 12;  ///< 0: the file has no text tower
  std::int64_t heads = 8;
  std::int64_t mlp_width = 2048;
  std::int64_t context = 77;   ///< tokens
  std::int64_t vocab = 49408;  ///< token ids

  bool present() const { return layers > 0; }
};

struct ClipConfig {
  VisionConfig vision;
  TextConfig text;
  std::int64_t joint = 512;  ///< E, width of the joint image-text space
  Activation activation = Activation::kQuickGelu;
};

/// A published architecture by name.
struct Preset {
  std::string name;
  ClipConfig config;
};

/// ViT-B-32, ViT-B-16, ViT-L-14, ViT-L-14-336.
const std::vector<Preset>& presets();

/// The preset of that name. Throws Error(kBadArgument) that lists the names.
const ClipConfig& preset(const std::string& name);

/// Name of the preset with these sizes, whatever its position grid; "custom" if there is none.
std::string architecture_name(const ClipConfig& config);

}  // namespace relprompt::model
