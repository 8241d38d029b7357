// The exponential mean of patch scores over the frames of a video, in place or along the motion of the image.
#pragma once

#include <string>
#include <vector>

#include "relprompt/video.h"

#include "segmenter/scored_image.h"

namespace relprompt::segmenter {

class StateReader;

class ScoreMean {
 public:
  /// Replaces the scores of a frame by past * mean before + (1 - past) * scores, and keeps that. With motion
  /// the mean before is taken, bilinear between patches, from where a patch came from: the median step of its
  /// trusted pixels (video/consistency.h). A patch with fewer than half of them, or from outside the frame,
  /// keeps its own scores.
  void apply(ScoredImage& scored, double past, const Motion* motion);
  void restart() { means_.clear(); }

  void save(std::string& bytes) const;
  void load(StateReader& bytes);

 private:
  std::vector<std::vector<float>> means_;  ///< as ScoredImage::scores
};

}  // namespace relprompt::segmenter
