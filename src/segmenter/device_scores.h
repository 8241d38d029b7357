// Patch scores that stay on the device where the network computes them, so that labels are made there too,
// and the host can do something else meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "relprompt/image.h"
#include "relprompt/segmenter.h"

#include "kernels/label_tiles.h"
#include "model/model_config.h"
#include "segmenter/class_embeddings.h"
#include "segmenter/windows.h"

namespace relprompt::segmenter {

/// Which pixels get another label than that of their best class.
struct LabelRule {
  std::vector<float> thresholds;          ///< [classes], the score that a pixel of each needs; empty: none
  std::optional<std::size_t> background;  ///< what pixels below them become; nothing: LabelMap::kUnknown

  bool operator==(const LabelRule& other) const {
    return thresholds == other.thresholds && background == other.background;
  }
};

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
  LabelRule rule;                                 ///< of the labels that are asked for first
  std::size_t batch;                              ///< windows computed together, of one image or several
  std::function<void(std::size_t windows)> tell;  ///< called before each batch with those begun; may throw
};

/// Of one image.
class DeviceScores {
 public:
  virtual ~DeviceScores() = default;
  /// Best classes as of kernels::label_tiles, for a task of one view but of this object's scores, changed by
  /// the rule: fills the result's labels and counts of pixels. What the job asked for is there already, or
  /// under way, and is waited for; with other penalties or another rule it is made now. Throws Error:
  /// kOutOfMemory, and what the network found wrong.
  virtual void labels(const kernels::LabelTask& task, const LabelRule& rule, Segmentation& result) = 0;
};

}  // namespace relprompt::segmenter
