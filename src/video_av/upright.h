// Frames of a camera that was held on its side.
#pragma once

#include "relprompt/image.h"

#include "video_av/handles.h"

namespace relprompt::video_av {

/// Clockwise, by what the stream's display matrix says.
enum class Turn { kNone, kQuarter, kHalf, kThreeQuarters };

Turn turn_of(const AVStream& stream);
inline bool swaps_sides(Turn turn) {
  return turn == Turn::kQuarter || turn == Turn::kThreeQuarters;
}
void turn(Image& image, Turn by);

}  // namespace relprompt::video_av
