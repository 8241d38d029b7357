// A check that FFmpeg's decoder of FFV1 lacks: it takes a packet whose slice sizes are damaged for one of
// fewer slices, shows what memory held in place of the others, and says nothing.
#pragma once

#include "video_av/handles.h"

namespace relprompt::video_av {

constexpr char kBrokenSlices[] = "the sizes of its FFV1 slices do not add up";

/// False if the slices of a packet of FFV1, version 3 or later, do not fill it. True for other codecs.
bool ffv1_slices_add_up(const AVCodecContext& codec, const AVPacket& packet);

}  // namespace relprompt::video_av
