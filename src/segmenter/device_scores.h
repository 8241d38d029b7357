// Patch scores that stay on the device where the network computes them, so that labels are made there too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "relprompt/image.h"

#include "kernels/label_tiles.h"
#include "model/model_config.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/windows.h"

namespace relprompt::segmenter {

/// The windows of one image.
struct DeviceJob {
  const Image& resized;  ///< uint8 [H, W, 3]
  const model::Normalisation& normalisation;
  const std::vector<Window>& windows;
  const ClassEmbeddings& classes;
  std::size_t batch;                              ///< windows computed together
  std::function<void(std::size_t windows)> tell;  ///< called before each batch with those done; may throw
};

class DeviceScores {
 public:
  virtual ~DeviceScores() = default;
  /// As kernels::label_tiles for a task of one view, but of this object's scores: label and score
  /// [image.height, image.width]. Throws Error(kOutOfMemory).
  virtual void labels(const kernels::LabelTask& task, std::int32_t* label, float* score) = 0;
};

}  // namespace relprompt::segmenter
