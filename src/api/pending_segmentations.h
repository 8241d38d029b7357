// What relprompt::PendingSegmentations holds.
#pragma once

#include <vector>

#include "relprompt/segmenter.h"

#include "segmenter/scored_image.h"

namespace relprompt {

struct RELPROMPT_HIDDEN PendingSegmentations::Impl {
  std::vector<segmenter::ScoredImage> images;
  SegmentOptions options;  ///< resolved
  int threads;             ///< of the session
};

}  // namespace relprompt
