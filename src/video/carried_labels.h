// Labels of a key frame carried along the optical flow over the frames after it.
#pragma once

#include <vector>

#include "relprompt/video.h"

namespace relprompt::video {

class CarriedLabels {
 public:
  /// The labels that are carried from now on.
  void start(const LabelMap& key);
  bool started() const { return key_.height > 0; }

  /// Moves on by one frame. Steps add up with fractions of pixels, so that only one rounding lies between the
  /// key frame and any frame. A pixel whose flow is not consistent keeps the place that it had: its step is
  /// taken as zero. Returns the share of such pixels.
  double advance(const Motion& motion);
  /// The label of every pixel now.
  LabelMap labels() const;

 private:
  LabelMap key_;
  std::vector<float> steps_;  ///< [height, width, 2] from a pixel to its place in the key frame
};

}  // namespace relprompt::video
