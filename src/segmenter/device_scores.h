// Patch scores that stay on the device where the network computes them, so that labels are made there too,
// and the host can do something else meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "relprompt/image.h"

#include "kernels/label_tiles.h"
#include "model/model_config.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/windows.h"

namespace relprompt::segmenter {

/// One of the images of a job.
struct DeviceImage {
  const Image& resized;                ///< uint8 [H, W, 3]
  const std::vector<Window>& windows;  ///< one or more
  const kernels::LabelTask& task;      ///< of one view, its windows without scores
};

/// Images that are computed together: all their windows have one size.
struct DeviceJob {
  std::vector<DeviceImage> images;
  const model::Normalisation& normalisation;
  const ClassEmbeddings& classes;
  std::size_t batch;                              ///< windows computed together, of one image or several
  std::function<void(std::size_t windows)> tell;  ///< called before each batch with those begun; may throw
};

/// Of one image.
class DeviceScores {
 public:
  virtual ~DeviceScores() = default;
  /// As kernels::label_tiles for a task of one view, but of this object's scores: label and score
  /// [image.height, image.width]. Those of the job's task are there already, or under way, and are waited
  /// for; those of other penalties are made now. Throws Error: kOutOfMemory, and what the network found
  /// wrong.
  virtual void labels(const kernels::LabelTask& task, std::int32_t* label, float* score) = 0;
};

}  // namespace relprompt::segmenter
