// `relprompt video --truth`: the labels of a video against masks of its frames.
#pragma once

#include "json_report.h"
#include "video/av_table.h"
#include "video_settings.h"

namespace relprompt::cli {

/// mIoU, accuracy and flicker of the labels.mkv that was written, frame by frame as frames.jsonl names them.
/// Throws Error(kUnreadable, kNotFound) for a mask that is missing or of another size.
Json truth_document(const VideoSettings& settings, const video::AvTable* av);

}  // namespace relprompt::cli
