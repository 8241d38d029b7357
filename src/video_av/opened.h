// A file or camera whose video stream is about to be decoded.
#pragma once

#include <cstdint>
#include <string>

#include "video/av_table.h"
#include "video_av/handles.h"
#include "video_av/upright.h"

namespace relprompt::video_av {

struct Opened {
  Input input;
  AVStream* stream = nullptr;
  Codec codec;
  video::SourceFacts facts;
  Turn turn = Turn::kNone;
  bool intra_only = false;  ///< no frame of the codec refers to another
  bool strict = false;      ///< what the decoder says while it decodes a frame is about that frame
};

/// False with a problem.
bool open_stream(const std::string& name, const video::OpenOptions& options, Opened& opened,
                 std::string& problem);

/// Microseconds of video that the file says it holds; 0 where it does not, or is not to be believed.
std::int64_t stated_length(const Opened& opened, bool damaged);

}  // namespace relprompt::video_av
