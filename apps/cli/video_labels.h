// From frames to labels: windows computed, reused, averaged over frames, or labels carried along the flow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "relprompt/video.h"

#include "video/av_table.h"
#include "video/carried_labels.h"
#include "video/source.h"
#include "video_report.h"
#include "video_settings.h"

namespace relprompt::cli {

class VideoLabels {
 public:
  /// av: for the flow; may be nullptr if none is needed. protocol: resolved.
  VideoLabels(const VideoSettings& settings, Segmenter& segmenter, const SegmentOptions& protocol,
              const video::AvTable* av);

  struct Labelled {
    Segmentation result;
    FrameOutcome outcome;
  };
  Labelled next(const video::Frame& frame);

  /// A group begins: its first frame is computed, so that it can be made again from its start alone.
  void begin_group() { carried_ = {}; }
  std::uint64_t last_computed() const { return last_computed_; }
  std::string state() const { return frames_.state(); }
  /// Goes on after a group: from its state, its last computed frame's number and, if it was met again,
  /// pixels.
  void restore(const std::string& state, std::uint64_t last_computed, std::optional<Image> pixels);

  static bool needs_flow(const VideoSettings& settings) { return settings.flow || settings.every > 1; }

 private:
  Motion motion(const Image& before, const Image& now) const;
  std::optional<Labelled> carry(const video::Frame& frame);
  Labelled compute(const video::Frame& frame);

  const VideoSettings& settings_;
  FrameSegmenter frames_;
  std::size_t classes_;
  const video::AvTable* av_;
  video::CarriedLabels carried_;
  std::uint64_t key_ = 0;            ///< number of the frame whose labels are carried
  std::optional<Image> before_;      ///< the frame before, for carrying
  std::optional<Image> computed_;    ///< the last computed frame, for the mean along the flow
  std::uint64_t last_computed_ = 0;  ///< its number
  double inconsistent_ = -1;         ///< of the frame at hand
};

}  // namespace relprompt::cli
