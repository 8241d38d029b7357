// Frames of three bytes a pixel, red, green and blue, one behind the other from a pipe or file: no header and
// no decoder, so what writes them says their size on the command line.
#pragma once

#include <functional>

#include "video/source.h"

namespace relprompt::video {

class RawFrames : public Source {
 public:
  /// Reads a descriptor, which stays the caller's. stopped: asked now and then while nothing arrives; true
  /// ends the stream.
  RawFrames(int descriptor, int height, int width, double fps, std::function<bool()> stopped = {});

  SourceFacts facts() const override { return facts_; }
  Next next(Frame& frame) override;

 private:
  bool wait() const;

  int descriptor_;
  SourceFacts facts_;
  std::function<bool()> stopped_;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

}  // namespace relprompt::video
