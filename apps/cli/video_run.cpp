// The video job: frames one after the other through one session, in groups that are written whole.
#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"
#include "relprompt/report.h"

#include "base/json_read.h"
#include "image_results.h"
#include "interrupt.h"
#include "model_notes.h"
#include "numbers.h"
#include "output_folder.h"
#include "progress.h"
#include "report_settings.h"
#include "terminal.h"
#include "unknown_words.h"
#include "video/av_library.h"
#include "video_labels.h"
#include "video_overlay.h"
#include "video_parts.h"
#include "video_results.h"
#include "video_source.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;
using video::Frame;
using video::Next;

/// Frames of a group: a second or so of most videos is lost by a kill.
constexpr std::uint64_t kGroup = 30;

/// A whole number of the steps of --every, so that every group begins with a computed frame.
std::uint64_t group_size(const VideoSettings& settings) {
  return (kGroup + settings.every - 1) / settings.every * settings.every;
}

class VideoRun {
 public:
  VideoRun(const VideoSettings& settings, Segmenter& segmenter, OpenedVideo opened, const video::AvTable* av)
      : settings_(settings),
        protocol_(segmenter.resolve(settings.protocol)),
        reporter_(segmenter, report_settings(settings, protocol_)),
        opened_(std::move(opened)),
        facts_(opened_.source->facts()),
        made_from_(
            fmt::format("{} {} {}", reporter_.settings_sha256(), settings.frame_rules(), opened_.identity)),
        labels_(settings, segmenter, protocol_, av),
        parts_({settings.output / "parts", made_from_, settings.plan, settings.classes.size(), facts_.fps},
               av),
        overlay_(settings.classes, settings.plan.drawing),
        results_(settings, reread_json(reporter_.run()), made_from_, av),
        progress_(static_cast<std::size_t>(expected_frames()),
                  settings.quiet ? Progress::Style::kNone : Progress::style_for_stderr(), "frames") {}

  int run() {
    if (settings_.resume) {
      if (const auto status = results_.done_before()) return *status;
    }
    go_on();
    label_all();
    progress_.clear();
    const int signal = interrupt_signal();
    if (signal != 0 && !opened_.identity.empty()) {
      print_note(fmt::format("interrupted: {} are labelled\n  the same command with --resume goes on",
                             counted(group_first_ - 1, "frame")));
      return 128 + signal;
    }
    if (!parts_.empty()) commit();
    return results_.finish(parts_, *opened_.source, watch_.seconds(), signal);
  }

 private:
  std::uint64_t expected_frames() const {
    const std::uint64_t all = facts_.frames;
    return settings_.most_frames > 0 && (all == 0 || settings_.most_frames < all) ? settings_.most_frames
                                                                                  : all;
  }

  /// Takes over the groups that are there, and reads the video up to their end.
  void go_on() {
    const auto groups = parts_.finished(settings_.resume);
    if (groups.empty()) return;
    const GroupRecord last = groups.back();
    std::optional<Image> pixels;
    Frame frame;
    while (number_ < last.last && interrupt_signal() == 0) {
      const Next kind = opened_.source->next(frame);
      if (kind == Next::kEnd || kind == Next::kFailed) break;
      number_ = frame.number;
      if (kind == Next::kFrame && number_ == last.last_computed) pixels = std::move(frame.image);
      progress_.skip();
    }
    labels_.restore(parts_.state(last), last.last_computed, std::move(pixels));
    group_ = last.number + 1;
    group_first_ = last.last + 1;
    if (!settings_.quiet)
      print_note(fmt::format("{} of an earlier run are there", counted(last.last, "frame")));
  }

  void label_all() {
    Frame frame;
    while (interrupt_signal() == 0 && (settings_.most_frames == 0 || number_ < settings_.most_frames)) {
      const Next kind = opened_.source->next(frame);
      if (kind == Next::kEnd) return;
      if (kind == Next::kFailed) {
        throw Error(ErrorCode::kUnreadable, fmt::format("{}: {}", settings_.input, frame.reason));
      }
      enter_group((frame.number - 1) / group_size(settings_));
      number_ = frame.number;
      if (kind == Next::kLost) {
        parts_.add_line(lost_line(frame));
      } else {
        label(frame);
      }
      progress_.end();
      if (frame.number % group_size(settings_) == 0) commit();
    }
  }

  /// In a live stream frames may be dropped, and whole groups with them.
  void enter_group(std::uint64_t group) {
    if (group == group_) return;
    if (!parts_.empty()) commit();
    group_ = group;
  }

  void label(const Frame& frame) {
    progress_.begin(fmt::format("frame {}", frame.number));
    const auto [result, outcome] = labels_.next(frame);
    const auto name = [&](const char* ending) {
      return settings_.output / fmt::format("{:06}{}", frame.number, ending);
    };
    if (settings_.plan.frames) write_image(name(".png"), frame.image);
    if (settings_.plan.labels) write_labels(name(".labels.png"), result.labels, settings_.classes.size());
    Image drawn;
    if (settings_.plan.overlay) drawn = overlay_.draw(frame.image, result);
    parts_.add(settings_.plan.overlay ? &drawn : nullptr, result.labels, frame.time);
    parts_.add_line(frame_line(frame, result, outcome, settings_.classes));
  }

  void commit() {
    parts_.commit({group_, number_, labels_.last_computed()}, labels_.state());
    labels_.begin_group();
    ++group_;
    group_first_ = number_ + 1;
  }

  const VideoSettings& settings_;
  SegmentOptions protocol_;
  Reporter reporter_;
  OpenedVideo opened_;
  video::SourceFacts facts_;
  std::string made_from_;
  VideoLabels labels_;
  VideoParts parts_;
  VideoOverlay overlay_;
  VideoResults results_;
  Stopwatch watch_;
  Progress progress_;
  std::uint64_t number_ = 0;       ///< of the last frame
  std::uint64_t group_ = 0;        ///< under way
  std::uint64_t group_first_ = 1;  ///< its first frame
};

}  // namespace

int run_video(const VideoSettings& given) {
  const OutputFolder folder(given.output);
  VideoSettings settings = given;
  check_video_names(settings);
  const bool videos = settings.plan.overlay || settings.plan.labels_video;
  const video::AvTable* av = nullptr;
  if (videos) av = &video::av_library("writing videos (--save overlay,labels-video)");
  if (VideoLabels::needs_flow(settings)) av = &video::av_library("optical flow (--flow, --every)");
  OpenedVideo opened = open_video(settings);
  check_frame_names(settings, opened.source->facts().frames);
  settings.hub.fetch(settings.model.string(), settings.quiet);
  Segmenter segmenter(settings.model, settings.model_options);
  settings.classes = segmenter.model().complete(settings.classes, settings.background);
  segmenter.set_classes(ClassSet(segmenter.model(), settings.classes, settings.text));
  if (!settings.quiet) print_model_notes(segmenter.model().notes());
  warn_of_unknown_words(segmenter);
  const bool comes_again = !opened.identity.empty();
  stop_between_steps(
      {comes_again ? "stopping after this frame" : "finishing the results of the frames so far",
       [comes_again] {
         return std::string(comes_again
                                ? "finished groups of frames are kept; the same command with --resume goes on"
                                : "results are not joined; finished groups of frames are in parts/");
       }});
  return VideoRun(settings, segmenter, std::move(opened), av).run();
}

}  // namespace relprompt::cli
