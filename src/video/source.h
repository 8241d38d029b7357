// Where frames come from: a video file, a camera, a sequence of images, raw frames of a pipe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::video {

struct SourceFacts {
  int height = 0, width = 0;
  double fps = 0;            ///< frames a second; 0: not known
  std::uint64_t frames = 0;  ///< as far as the source states; 0: not known
  std::string format;        ///< for people: "h264 in mov,mp4"
};

struct Frame {
  std::uint64_t number = 0;  ///< counted from 1, lost frames included
  std::int64_t time = 0;     ///< of its presentation, microseconds from the first frame
  Image image;
  /// A frame before it, on which its pixels may rest, was lost.
  bool after_loss = false;
  std::string reason;  ///< of a lost one
};

enum class Next {
  kFrame,
  kLost,  ///< a frame that should be here and cannot be decoded
  kEnd,
  kFailed  ///< nothing more can be read; reason says why
};

class Source {
 public:
  virtual ~Source() = default;
  virtual SourceFacts facts() const = 0;
  /// Frames in the order of their presentation, all of one size. Throws nothing but std::bad_alloc.
  virtual Next next(Frame& frame) = 0;
  /// What was decided while reading, a sentence each.
  virtual std::vector<std::string> notes() const { return {}; }
};

}  // namespace relprompt::video
