// librelprompt-video.so, loaded when the first video is opened.
#pragma once

#include "video/av_table.h"

namespace relprompt::video {

/// Throws Error(kNoDevice) that says how to get the library where it is missing. `for_what` begins the
/// message: "in.mp4", "--flow".
const AvTable& av_library(const std::string& for_what);

}  // namespace relprompt::video
