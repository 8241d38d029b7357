// The scores of one image at its own size, refined or not: what labels and score planes are made from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "relprompt/options.h"

#include "kernels/label_tiles.h"
#include "kernels/refined_scores.h"
#include "kernels/score_maps.h"
#include "kernels/view_mean.h"

namespace relprompt::segmenter {

class ImageScores {
 public:
  /// Several views are not refined. input [3, resized.height, resized.width] of the network, whose colours
  /// refine. Both must outlive this; penalties of the task may change between calls. again: more than one of
  /// the calls below will follow, so that refined scores are kept where they are not too many.
  ImageScores(const kernels::LabelTask& task, Refinement refinement, const float* input, bool again = false);

  /// As kernels::label_tiles.
  void labels(std::int32_t* label, float* score);
  /// As kernels::ScoreMaps. Call labels first: it finds what refined planes are made of.
  void planes(std::size_t first, std::size_t count, float* planes);

 private:
  const kernels::LabelTask& task_;
  std::unique_ptr<kernels::RefinedScores> refined_;  ///< nothing if they are not
  std::unique_ptr<kernels::ScoreMaps> maps_;         ///< made when planes are asked for, as is
  std::unique_ptr<kernels::ViewMaps> view_maps_;     ///< that of several views
};

}  // namespace relprompt::segmenter
