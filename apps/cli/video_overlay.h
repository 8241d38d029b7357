// Frames of overlay.mkv: one size for all, and a legend whose lines stay where they are.
#pragma once

#include "relprompt/classes.h"
#include "relprompt/image.h"
#include "relprompt/options.h"
#include "relprompt/segmenter.h"

namespace relprompt::cli {

class VideoOverlay {
 public:
  VideoOverlay(const ClassList& classes, const OverlayOptions& options)
      : classes_(classes), options_(options) {}

  Image draw(const Image& frame, const Segmentation& result);

 private:
  const ClassList& classes_;
  OverlayOptions options_;
  int height_ = 0, width_ = 0;  ///< of all frames; 0: not known yet
};

}  // namespace relprompt::cli
