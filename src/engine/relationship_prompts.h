// The relationship prompt module (RPM): between the layers of a frozen encoder it compares patches with class
// names and makes a prompt token a class of what it finds, for the next layer to look at.
//
// What does not depend on the image is computed when the model is opened: the projection with both norms'
// weights in it (kernels/packed_alignment.h), visual prompts through the linear layer, and the pixel
// knowledge through the same layer, since Linear(m^T h) = m^T (h W^T) + b.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/clip_encoder.h"
#include "engine/mixture_of_experts.h"
#include "engine/observer.h"
#include "kernels/packed_alignment.h"
#include "kernels/packed_linear.h"
#include "model/model_files.h"

namespace relprompt::engine {

/// Patches and the whole image in the joint space, unit length: what a pass leaves behind.
struct Features {
  std::vector<float> patches;  ///< p [B, N, E]
  std::vector<float> global;   ///< g [B, E]
};

/// The pixel knowledge at one grid, through the linear layer.
struct MappedKnowledge {
  Grid grid;
  std::vector<float>
      by_width;  ///< [D, N]: column i is the prompt of a map that is 1 at patch i, without bias
  kernels::PackedLinear prompts;  ///< map [N] -> prompt [D]
};

/// What passes work in; one a thread that computes.
struct PromptWorkspace {
  kernels::AlignmentWorkspace alignment;
  kernels::ProductScratch scratch;
  kernels::Buffer<float> aligned, reduced, mixed, texts, map, kept_map, prompt, product, merged;
  kernels::Buffer<std::uint16_t> halves;
  std::optional<MappedKnowledge> knowledge;  ///< for the grid of the last pass
};

/// Immutable once made. `encoder` must outlive it.
class RelationshipPrompts {
 public:
  /// The projection into the joint space and the products that make prompts are in fp32, for the other
  /// precisions in bfloat16 where the processor multiplies it faster (kernels::native_bfloat16).
  RelationshipPrompts(const model::ModelFiles& model, const ClipEncoder& encoder,
                      kernels::Precision precision);

  /// Runs the encoder with prompts for the classes. `beside` is called before this module at each layer; its
  /// prompt tokens stand before the module's own.
  Features run(const Images& images, const Texts& texts, EncoderWorkspace& encoder,
               PromptWorkspace& workspace, LayerHook* beside, const Observer& observer) const;

 private:
  friend class RelationshipPass;

  /// m2oe of one layer.
  struct Mixture {
    ExpertMixture experts;
    kernels::PackedBottleneck packed;
  };

  /// Aligned tokens y [B, tokens, E] after `layer` layers: prompt_norm, M2oE (layers that have one), ln_post,
  /// projection, unit length.
  void align(const LayerState& state, float* y, PromptWorkspace& workspace) const;
  const MappedKnowledge& knowledge_at(Grid grid, PromptWorkspace& workspace) const;
  /// y [rows, outputs] = x [rows, inputs] times weight^T plus bias (nullptr: none), in the products'
  /// precision.
  void multiply(const float* x, std::int64_t rows, std::int64_t inputs, const float* weight,
                const float* bias, std::int64_t outputs, float* y, PromptWorkspace& workspace) const;
  void prompts_by_map(const MappedKnowledge& knowledge, float* m, std::int64_t classes, float* prompt,
                      PromptWorkspace& workspace) const;
  void prompts_without_map(const MappedKnowledge& knowledge, const float* texts, std::int64_t classes,
                           const float* p, float* prompt, PromptWorkspace& workspace) const;

  const ClipEncoder& encoder_;
  model::RpmOptions options_;
  kernels::Precision precision_;  ///< of the products that make prompts
  std::optional<kernels::PackedAlignment> alignment_;
  std::vector<Mixture> mixtures_;  ///< of layer 1, 2, ...
  model::Tensor bias_;             ///< [D]
  std::vector<float> knowledge_;   ///< [stored grid, D], through the linear layer
  std::vector<float> visual_;      ///< [L, T, D], through the linear layer; empty: none
};

}  // namespace relprompt::engine
