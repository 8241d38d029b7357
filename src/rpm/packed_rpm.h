// The relationship prompt module for inference on the CPU: the same parameters, arranged for fused kernels.
//
// What does not depend on the picture is computed beforehand: the projection with both norms' weights in it
// (kernels/packed_alignment.h), visual prompts through the linear layer, and the pixel knowledge through the
// same layer, since Linear(m^T h) = m^T (h W^T) + b. Nothing here has gradients.
#pragma once

#include <optional>
#include <vector>

#include <torch/torch.h>

#include "kernels/expert_maps.h"
#include "kernels/packed_alignment.h"
#include "kernels/packed_linear.h"
#include "rpm/itp.h"
#include "rpm/m2oe.h"

namespace relprompt::rpm {

/// Patches and class token in the joint space, unit length.
struct Aligned {
  torch::Tensor patches;      ///< p [B, N, E]
  torch::Tensor class_token;  ///< g [B, E]
};

/// The parameters that a PackedRpm is made from.
struct RpmParts {
  torch::nn::LayerNorm prompt_norm{nullptr}, ln_post{nullptr};
  torch::Tensor projection;  ///< [D, E]
  std::vector<M2oe> m2oe;    ///< of layer 1, 2, ...; empty for none
  torch::Tensor knowledge;   ///< [stored.size(), D]
  nn::Grid stored;
  torch::Tensor weight;  ///< [D, D], undefined: prompts are m^T knowledge + bias
  torch::Tensor bias;    ///< [D]
  torch::Tensor vpt;     ///< [L, T, D] or undefined
  ItpOptions itp;
};

class PackedRpm {
 public:
  /// Copies what it needs but for the gates of M2oE, which stay the modules'. The projection into the joint
  /// space and the products that make prompts are in fp32, for the other precisions in bfloat16 where the
  /// processor multiplies it faster (kernels::native_bfloat16).
  explicit PackedRpm(const RpmParts& parts, kernels::Precision precision = kernels::Precision::kFp32);

  /// prompt_norm, M2oE (layers that have one), ln_post, projection. tokens [B, 1 + N, D] over `grid`, fp32.
  Aligned align(const torch::Tensor& tokens, std::int64_t layer, nn::Grid grid);

  struct Prompts {
    torch::Tensor prompt;  ///< [B, C, D]
    torch::Tensor map;     ///< m [B, N, C] if it was asked for
  };
  /// Equations 2 and 3 in the cheaper order: by the attention map (always if that is wanted) or without it
  /// (rpm/apg.h). t [C, E].
  Prompts prompts(const Aligned& aligned, const torch::Tensor& t, nn::Grid grid, bool map_wanted);

  /// Visual prompts [T, D] after `layer` layers; undefined for none.
  torch::Tensor visual(std::int64_t layer) const {
    return visual_.defined() ? visual_[layer] : torch::Tensor();
  }

 private:
  struct Bottleneck {
    M2oe gate{nullptr};
    kernels::PackedBottleneck packed;
    kernels::ExpertWeights experts;
  };

  /// The pixel knowledge at one grid, through the linear layer.
  struct Mapped {
    nn::Grid grid;
    torch::Tensor by_width;  ///< [D, N]: column i is the prompt of a map that is 1 at patch i, unbiased
    kernels::PackedLinear prompts;  ///< map [N] -> prompt [D]
  };

  torch::Tensor mix(Bottleneck& bottleneck, const torch::Tensor& reduced, nn::Grid grid) const;
  const Mapped& mapped(nn::Grid grid);
  /// y [rows, outputs] = x [rows, inputs] times weight^T plus bias, if there is one, in the products'
  /// precision.
  void multiply(const torch::Tensor& x, const torch::Tensor& weight, const float* bias, float* y) const;
  /// One image's prompts [C, D] by its map m [C, N], which may be overwritten by prepare_rows, or without it.
  void prompts_by_map(const Mapped& mapped, float* m, std::int64_t classes, float* prompt);
  void prompts_without_map(const Mapped& mapped, const torch::Tensor& texts, const torch::Tensor& p,
                           float* prompt) const;

  ItpOptions itp_;
  kernels::Precision precision_;  ///< of products
  kernels::PackedAlignment alignment_;
  kernels::AlignmentWorkspace workspace_;
  std::vector<Bottleneck> bottlenecks_;
  torch::Tensor knowledge_, bias_, visual_;
  nn::Grid stored_;
  std::optional<Mapped> mapped_;  ///< for the grid of the last call
  kernels::Room room_;
};

}  // namespace relprompt::rpm
