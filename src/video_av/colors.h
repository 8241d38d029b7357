// Decoded pictures as upright RGB images of one size.
#pragma once

#include "relprompt/image.h"

#include "video_av/handles.h"
#include "video_av/upright.h"

namespace relprompt::video_av {

class Colors {
 public:
  /// Of images as they are given out, after the turn.
  Colors(int height, int width, Turn turn) : height_(height), width_(width), turn_(turn) {}

  /// The same pixels as `ffmpeg -sws_flags bicubic+accurate_rnd+full_chroma_int` makes. False if FFmpeg
  /// cannot convert them.
  bool convert(const AVFrame& picture, Image& image);
  /// True once a picture of another size was scaled.
  bool scaled() const { return scaled_; }

 private:
  int height_, width_;
  Turn turn_;
  Scaler scaler_;
  bool scaled_ = false;
};

}  // namespace relprompt::video_av
