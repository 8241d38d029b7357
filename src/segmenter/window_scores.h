// The network on the windows of one view of an image: where they lie, and the scores of their patches.
#pragma once

#include <cstddef>
#include <vector>

#include "relprompt/segmenter.h"

#include "image/resize.h"
#include "segmenter/patch_scorer.h"
#include "segmenter/windows.h"

namespace relprompt::segmenter {

/// How many windows of an image are computed, over all its views.
struct WindowCount {
  const WindowProgress& progress;
  std::size_t all = 0, done = 0;

  /// Throws Error(kCancelled) if the caller wants no more.
  void tell() const;
};

/// Whether the scores of a bare CLIP are averaged before the softmax.
bool averages_logits(const SegmentOptions& options);

/// Windows of a resized image. options resolved. Throws Error(kImageTooLarge) for a whole image that is too
/// large for one.
std::vector<Window> windows_of(image::Size size, const SegmentOptions& options);

/// How many windows are computed together, at least 1: what the options say, else what suits the scorer.
std::size_t window_batch(const PatchScorer& scorer, const SegmentOptions& options);

/// Patch scores of every window, [windows, S, h, w], of input [3, size]. Windows of one image share a size,
/// so they batch. Tells before every batch.
std::vector<float> score_windows(PatchScorer& scorer, const std::vector<float>& input, image::Size size,
                                 const std::vector<Window>& windows, const ClassEmbeddings& classes,
                                 const SegmentOptions& options, WindowCount& count);

}  // namespace relprompt::segmenter
