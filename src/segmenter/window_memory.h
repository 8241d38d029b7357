// Windows of a video that need not be computed again: the pixels that scores were computed from, kept with
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "relprompt/image.h"

#include "image/resize.h"
#include "segmenter/windows.h"

namespace relprompt::segmenter {

/// Scores [windows, S, h, w] of these windows.
using ComputeWindows = std::function<std::vector<float>(const std::vector<Window>& windows)>;

/// Of one view (a size, mirrored or not) of the frames.
class WindowMemory {
 public:
  /// Scores of all windows of a frame: of those whose pixels are within `tolerance` of the kept ones in every
  /// channel the kept scores, of the others what `compute` makes of them. mirrored: windows lie in the mirror
  /// image of `resized`.
  std::vector<float> scores(const Image& resized, bool mirrored, const std::vector<Window>& windows,
                            int tolerance, const ComputeWindows& compute);
  /// Of the last call, windows that were not computed.
  int reused() const { return reused_; }

  void save(std::string& bytes) const;
  /// Throws Error(kUnreadable).
  void load(class StateReader& bytes);

 private:
  image::Size size_;
  std::vector<Window> windows_;
  std::vector<std::vector<std::uint8_t>> pixels_;  ///< [window] its rows as they lie in the frame
  std::vector<float> scores_;
  int reused_ = 0;
};

}  // namespace relprompt::segmenter
