// Video: frames one after the other through a session that remembers the frames before.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "relprompt/export.h"
#include "relprompt/image.h"
#include "relprompt/options.h"
#include "relprompt/segmenter.h"

namespace relprompt {

/// What a frame takes from the frames before it.
struct FrameOptions {
  /// A window is not computed again while no channel of any of its pixels, after resizing, is farther than
  /// this from the pixels that its scores were computed from. 0: labels are those of windows computed anew,
  /// bit by bit; at most 255. Negative: every window is computed.
  int reuse_tolerance = 0;
  /// Weight of the past in the exponential mean of patch scores, 0 to below 1: mean = smooth * mean of the
  /// frame before + (1 - smooth) * scores. 0: each frame stands alone.
  double smooth = 0;
};

/// Where the content of a frame was in the frame before, by the optical flow of the caller's choice.
struct Motion {
  int height = 0;  ///< of both frames
  int width = 0;   ///< of both frames
  std::vector<float>
      backward;  ///< [height, width, 2], x then y: from a pixel to its place in the frame before
  std::vector<float> forward;  ///< the same from the frame before to this one
};

/// Labels frames of one size in their order. Frames of another size start anew. For one thread at a time.
class RELPROMPT_API FrameSegmenter {
 public:
  /// Uses the segmenter and its classes, which must outlive this and not change. Throws Error(kBadArgument)
  /// for options out of range, and as Segmenter::resolve does.
  FrameSegmenter(Segmenter& segmenter, const SegmentOptions& options, const FrameOptions& frames);
  ~FrameSegmenter();
  FrameSegmenter(FrameSegmenter&&) noexcept;  ///< the other one may only be assigned to or destroyed
  FrameSegmenter& operator=(FrameSegmenter&&) noexcept;  ///< as the constructor

  /// Labels the next frame: what Segmenter::segment finds, but for what FrameOptions say. With `motion` the
  /// mean of the frames before is moved along with the image; where the two directions contradict each other
  /// a patch's scores stand alone. Throws Error: as Segmenter::segment does, kBadArgument for motion of
  /// another size.
  Segmentation segment(const Image& frame, const Motion* motion = nullptr, const ScoreSink& scores = {},
                       const WindowProgress& progress = {});
  /// Of the last frame's windows, how many were not computed again.
  int reused_windows() const;
  /// Forgets the frames before.
  void restart();

  /// All that is remembered, as bytes for another process with the same model and options.
  std::string state() const;
  /// Goes on from there. Throws Error(kUnreadable) for bytes that are no state of this kind.
  void restore(const std::string& state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace relprompt
