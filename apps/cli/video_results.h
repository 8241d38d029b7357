// The end of `relprompt video`: joined files, chart, account, and what a person is told.
#pragma once

#include <optional>
#include <string>

#include "json_report.h"
#include "video/source.h"
#include "video_parts.h"
#include "video_report.h"
#include "video_settings.h"

namespace relprompt::cli {

/// Refuses (kNotWritable) to replace anything but results of relprompt that nobody changed.
void check_video_names(const VideoSettings& settings);
/// The same of a PNG for each frame, as far as the input states their number, without reading any.
void check_frame_names(const VideoSettings& settings, std::uint64_t frames);

class VideoResults {
 public:
  /// run: program, model, protocol and unknown_words of run.json; made_from: what --resume goes by.
  VideoResults(const VideoSettings& settings, Json run, std::string made_from, const video::AvTable* av)
      : settings_(settings), run_(std::move(run)), made_from_(std::move(made_from)), av_(av) {}

  /// The exit status of an earlier run that finished with these very settings, after saying so.
  std::optional<int> done_before() const;
  /// Writes everything, removes the parts and returns the exit status. signal: that ended a live stream, or
  /// 0.
  int finish(const VideoParts& parts, const video::Source& source, double seconds, int signal) const;

 private:
  Json write_files(const VideoParts& parts, VideoAccount& account) const;
  Json report(const VideoAccount& account, const Json& files, const video::Source& source,
              double seconds) const;
  void tell(const VideoAccount& account, const video::Source& source, const Json& document) const;

  const VideoSettings& settings_;
  Json run_;
  std::string made_from_;
  const video::AvTable* av_;
};

}  // namespace relprompt::cli
