#include "segmenter/image_scores.h"

namespace relprompt::segmenter {

ImageScores::ImageScores(const kernels::LabelTask& task, Refinement refinement, const float* input,
                         bool again)
    : task_(task) {
  if (refinement != Refinement::kPamr) return;
  refined_ =
      std::make_unique<kernels::RefinedScores>(task_, input, again ? kernels::RefinedScores::kMostKept : 0);
}

void ImageScores::labels(std::int32_t* label, float* score) {
  if (refined_) {
    refined_->labels(label, score);
  } else {
    kernels::label_tiles(task_, label, score);
  }
}

void ImageScores::planes(std::size_t first, std::size_t count, float* planes) {
  if (refined_) {
    refined_->planes(first, count, planes);
    return;
  }
  if (!task_.others.empty()) {
    if (!view_maps_) view_maps_ = std::make_unique<kernels::ViewMaps>(task_);
    view_maps_->compute(first, count, planes);
    return;
  }
  if (!maps_) maps_ = std::make_unique<kernels::ScoreMaps>(task_);
  maps_->compute(first, count, planes);
}

}  // namespace relprompt::segmenter
