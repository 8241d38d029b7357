// The scores of an image's windows between the two halves of the work: the network made them, and labels are
// made from them, as often as somebody wants other thresholds.
#pragma once

#include <memory>
#include <vector>

#include "relprompt/segmenter.h"

#include "kernels/label_tiles.h"
#include "model/model_files.h"
#include "segmenter/patch_scorer.h"
#include "segmenter/window_memory.h"

namespace relprompt::segmenter {

/// Move-only: the task points into the scores.
struct ScoredImage {
  ScoredImage() = default;
  ScoredImage(ScoredImage&&) = default;
  ScoredImage& operator=(ScoredImage&&) = default;

  std::vector<std::vector<float>> scores;   ///< of each view (scale, mirrored or not): [windows, S, h, w]
  std::unique_ptr<DeviceScores> on_device;  ///< of the only view, in place of them; no score planes then
  std::vector<float> input;  ///< [3, resized height, resized width], whose colours refine; else empty
  kernels::LabelTask task;   ///< penalties are set by label_image
  double resize_seconds = 0, network_seconds = 0;
};

/// What score_image remembers of one frame of a video for the next.
struct WindowReuse {
  int tolerance = 0;                ///< see WindowMemory::scores
  std::vector<WindowMemory> views;  ///< made by the first frame
};

/// The first half of segment_image. Throws as it does.
ScoredImage score_image(PatchScorer& scorer, const model::ModelConfig& config, const ClassEmbeddings& classes,
                        const Image& image, const SegmentOptions& options, const WindowProgress& progress,
                        WindowReuse* reuse = nullptr);

/// [classes] What the options take off the scores of each class. options resolved.
std::vector<float> penalties(const SegmentOptions& options, std::size_t classes);

/// The second half: labels, and score planes where there is a sink for them. Of the options, which are
/// resolved, those count that the network does not see. The input may be empty if nothing is refined.
Segmentation label_image(const ScoredImage& scored, const SegmentOptions& options, const ScoreSink& sink);

/// The score plane of one class at the image's size, as the sink would get it.
std::vector<float> score_plane(const ScoredImage& scored, const SegmentOptions& options, std::size_t label);

}  // namespace relprompt::segmenter
