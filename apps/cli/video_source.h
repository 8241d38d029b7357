// Opens what `relprompt video` reads.
#pragma once

#include <memory>
#include <string>

#include "video/source.h"
#include "video_settings.h"

namespace relprompt::cli {

struct OpenedVideo {
  std::unique_ptr<video::Source> source;
  /// Equal for inputs that --resume may go on with: sizes and times of the files. Empty: none can.
  std::string identity;
};

/// Throws Error: kNotFound, kUnreadable, kNotAnImage, kImageTooLarge, kNoDevice (the optional library or a
/// camera is missing).
OpenedVideo open_video(const VideoSettings& settings);

}  // namespace relprompt::cli
