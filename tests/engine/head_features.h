// Patch features of a bare CLIP under a dense head, as the references of heads have them: in the joint space,
// before unit length.
#pragma once

#include <string>
#include <vector>

#include "engine/clip_encoder.h"
#include "model/model_files.h"

namespace relprompt::engine {

inline constexpr float kClipMean[] = {0.48145466f, 0.4578275f, 0.40821073f},
                       kClipStd[] = {0.26862954f, 0.26130258f, 0.27577711f};

/// An encoder with one head.
class HeadedEncoder {
 public:
  HeadedEncoder(model::ModelFiles& model, const std::string& head,
                kernels::Precision precision = kernels::Precision::kFp32);

  /// [batch * N, E] of normalised images. The workspace of earlier calls is used again.
  std::vector<float> features(const Images& images);
  const ClipEncoder& encoder() const { return encoder_; }
  EncoderWorkspace& workspace() { return workspace_; }

 private:
  ClipEncoder encoder_;
  EncoderWorkspace workspace_;
};

/// [1, 3, height, width] of an image [height, width, 3] of bytes, normalised with mean and std of the scale 0
/// to 1, and not resized.
model::Tensor normalised(const model::Tensor& image, const float (&mean)[3], const float (&std)[3]);

}  // namespace relprompt::engine
