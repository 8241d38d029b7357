// The sizes of a CLIP model: everything that decides the shape of its tensors.
#pragma once

#include <cstdint>

#include "base/words.h"
#include "kernels/activation.h"

namespace relprompt::model {

/// kQuickGelu in CLIP's original towers, kGelu in many later ones.
using Activation = kernels::Activation;
inline constexpr Word<Activation> kActivationWords[] = {{Activation::kQuickGelu, "quick_gelu"},
                                                        {Activation::kGelu, "gelu"}};

/// What CLIP's norms add to a variance.
inline constexpr float kNormEpsilon = 1e-5f;

struct VisionConfig {
  std::int64_t patch = 16;   ///< pixels a side
  std::int64_t grid = 14;    ///< patches a side of the stored position grid
  std::int64_t width = 768;  ///< D
  std::int64_t layers = 12;  ///< L
  std::int64_t heads = 12;
  std::int64_t mlp_width = 3072;
  float norm_epsilon = kNormEpsilon;

  std::int64_t image_size() const { return grid * patch; }
};

struct TextConfig {
  std::int64_t width = 512;
  std::int64_t layers = 12;  ///< 0: the file has no text tower
  std::int64_t heads = 8;
  std::int64_t mlp_width = 2048;
  std::int64_t context = 77;   ///< tokens
  std::int64_t vocab = 49408;  ///< token ids
  float norm_epsilon = kNormEpsilon;

  bool present() const { return layers > 0; }
};

struct ClipConfig {
  VisionConfig vision;
  TextConfig text;
  std::int64_t joint = 512;  ///< E, width of the joint image-text space
  Activation activation = Activation::kQuickGelu;
};

}  // namespace relprompt::model
