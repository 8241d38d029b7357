// What the times of a stream's frames say about the frames that are missing.
#pragma once

#include <cstdint>

namespace relprompt::video_av {

class FrameTiming {
 public:
  /// Longest run of lost frames that a gap in the times is taken for.
  static constexpr std::int64_t kLongestGap = 100'000;

  /// fps: 0 if unknown. in_order: the codec shows each packet's frame at once.
  FrameTiming(double fps, bool in_order) : fps_(fps), in_order_(in_order) {}

  /// A frame followed another, nothing having been wrong between them. Times are microseconds.
  void followed(std::int64_t before, std::int64_t now);

  /// How many frames are lost between those of two times, where `packets` damaged packets were found. The
  /// stream's rate decides where it is known and held so far: damage hides packets altogether and makes
  /// several of what is one.
  std::int64_t lost(bool at_start, std::int64_t before, std::int64_t now, std::int64_t packets) const;

 private:
  double fps_;
  bool in_order_;
  bool constant_rate_ = true;  ///< all frames so far kept to the rate
};

}  // namespace relprompt::video_av
