// The video job: frames one after the other through one session, in groups that are written whole.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"
#include "relprompt/report.h"

#include "base/atomic_file.h"
#include "base/json_read.h"
#include "base/own_files.h"
#include "base/read_file.h"
#include "image_results.h"
#include "interrupt.h"
#include "model_notes.h"
#include "numbers.h"
#include "output_folder.h"
#include "progress.h"
#include "terminal.h"
#include "unknown_words.h"
#include "video/av_library.h"
#include "video/newest_frame.h"
#include "video_labels.h"
#include "video_overlay.h"
#include "video_parts.h"
#include "video_report.h"
#include "video_source.h"
#include "video_truth.h"

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

Reporter reporter_of(const VideoSettings& settings, const Segmenter& segmenter,
                     const SegmentOptions& protocol) {
  ReportSettings said;
  said.model = settings.model;
  said.model_options = settings.model_options;
  said.classes = settings.classes;
  said.text = settings.text;
  said.protocol = protocol;
  return Reporter(segmenter, said);
}

class VideoRun {
 public:
  VideoRun(const VideoSettings& settings, Segmenter& segmenter, OpenedVideo opened, const video::AvTable* av)
      : settings_(settings),
        protocol_(segmenter.resolve(settings.protocol)),
        reporter_(reporter_of(settings, segmenter, protocol_)),
        opened_(std::move(opened)),
        facts_(opened_.source->facts()),
        made_from_(
            fmt::format("{} {} {}", reporter_.settings_sha256(), settings.frame_rules(), opened_.identity)),
        labels_(settings, segmenter, protocol_, av),
        parts_({settings.output / "parts", made_from_, settings.plan, settings.classes.size(), facts_.fps},
               av),
        overlay_(settings.classes, settings.plan.drawing),
        progress_(static_cast<std::size_t>(expected_frames()),
                  settings.quiet ? Progress::Style::kNone : Progress::style_for_stderr(), "frames"),
        av_(av) {}

  int run() {
    if (const auto status = done_before()) return *status;
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
    return finish(signal);
  }

 private:
  std::uint64_t expected_frames() const {
    const std::uint64_t all = facts_.frames;
    return settings_.most_frames > 0 && (all == 0 || settings_.most_frames < all) ? settings_.most_frames
                                                                                  : all;
  }

  /// The exit status of an earlier run that finished with these very settings.
  std::optional<int> done_before() const {
    const auto path = settings_.output / "run.json";
    if (!settings_.resume || standing_of(path) != Standing::kOwn) return std::nullopt;
    const auto document = try_read_json_file(path, report_rules());
    if (!document.is_object() || document.value("made_from", "") != made_from_) return std::nullopt;
    std::error_code ignored;
    for (const auto& [kind, name] : document.value("files", std::map<std::string, std::string>{}))
      if (!fs::is_regular_file(settings_.output / name, ignored)) return std::nullopt;
    if (settings_.json) print_result(to_text(reread_json(document.dump())));
    if (!settings_.quiet) print_note(fmt::format("already done: results in {}", settings_.output.string()));
    return document.value("lost", 0) > 0 ? 3 : 0;
  }

  static JsonRules report_rules() {
    JsonRules rules;
    rules.bytes = std::size_t{256} << 20;
    return rules;
  }

  /// Takes over the groups that are there, and reads the video up to their end.
  void go_on() {
    const auto groups = parts_.finished(settings_.resume);
    if (groups.empty()) return;
    const GroupRecord last = groups.back();
    std::optional<Image> pixels;
    Frame frame;
    while (number_ < last.last) {
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

  int finish(int signal) {
    VideoAccount account(settings_.classes);
    Json files = Json::object();
    const auto lines = parts_.lines();
    for (const auto& file : lines) account.add_file(file);
    for (const auto& path : parts_.join(settings_.output)) {
      const bool labels = path.filename() == "labels.mkv";
      files[labels ? "labels-video" : "overlay"] = path.filename().string();
    }
    if (settings_.plan.json) {
      AtomicFile joined(settings_.output / "frames.jsonl");
      for (const auto& file : lines) joined.write(read_file(file).text());
      joined.commit();
      files["json"] = "frames.jsonl";
    }
    if (settings_.plan.timeline && account.labelled() > 0) {
      write_image(settings_.output / "timeline.png", account.timeline());
      files["timeline"] = "timeline.png";
    }
    const Json document = report(account, files, signal);
    write_text(settings_.output / "run.json", to_text(document));
    parts_.remove();
    if (settings_.json) print_result(to_text(document));
    return conclude(account, document, signal);
  }

  Json report(const VideoAccount& account, const Json& files, int signal) const {
    Json document = reread_json(reporter_.run());
    document["made_from"] = made_from_;
    document["input"] = {{"path", settings_.input}, {"format", facts_.format},
                         {"height", facts_.height}, {"width", facts_.width},
                         {"fps", facts_.fps},       {"frames_stated", facts_.frames}};
    document["rules"] = settings_.frame_rules();
    document.update(account.document());
    if (const auto* live = dynamic_cast<const video::NewestFrame*>(opened_.source.get()))
      document["dropped"] = live->dropped();
    document["notes"] = opened_.source->notes();
    if (!settings_.truth.empty()) document["truth"] = truth_document(settings_, av_);
    document["files"] = files;
    document["complete"] = signal == 0;
    document["seconds"] = watch_.seconds();
    return document;
  }

  int conclude(const VideoAccount& account, const Json& document, int signal) const {
    for (const auto& note : opened_.source->notes())
      print_warning(fmt::format("{}: {}", settings_.input, note));
    if (account.lost() > 0) {
      print_error(fmt::format("{}: {} of {} are lost{}{}", settings_.input, account.lost(),
                              counted(account.labelled() + account.lost(), "frame"),
                              account.after_loss() == 0
                                  ? ""
                                  : fmt::format("; {} after them may rest on them", account.after_loss()),
                              account.lost_frames()));
    }
    if (!settings_.quiet) {
      std::string text = fmt::format("{} in {}, results in {}", counted(account.labelled(), "frame"),
                                     duration(watch_.seconds()), settings_.output.string());
      if (document.contains("dropped"))
        text += fmt::format("; {} dropped", document["dropped"].get<std::uint64_t>());
      print_note(text);
    }
    if (signal != 0) return 128 + signal;
    return account.lost() > 0 ? 3 : 0;
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
  Stopwatch watch_;
  Progress progress_;
  const video::AvTable* av_;
  std::uint64_t number_ = 0;       ///< of the last frame
  std::uint64_t group_ = 0;        ///< under way
  std::uint64_t group_first_ = 1;  ///< its first frame
};

/// PNG files of frames whose number the input states, without reading any.
void check_frame_names(const VideoSettings& settings, const video::SourceFacts& facts) {
  constexpr std::uint64_t kMostLooked = 1'000'000;
  for (std::uint64_t i = 1; i <= std::min(facts.frames, kMostLooked); ++i) {
    for (const auto& [saved, ending] :
         {std::pair{settings.plan.labels, ".labels.png"}, {settings.plan.frames, ".png"}}) {
      const auto path = settings.output / fmt::format("{:06}{}", i, ending);
      if (saved && is_unlisted(path)) refuse_foreign(path);
    }
  }
}

void check_names(const VideoSettings& settings) {
  for (const char* name : {"labels.mkv", "overlay.mkv", "frames.jsonl", "timeline.png", "run.json"})
    if (standing_of(settings.output / name) == Standing::kForeign) refuse_foreign(settings.output / name);
  std::error_code ignored;
  const auto parts = settings.output / "parts";
  if (!fs::exists(parts, ignored)) return;
  if (const auto foreign = fs::is_directory(parts, ignored) ? foreign_in(parts) : parts)
    refuse_foreign(*foreign);
}

}  // namespace

int run_video(const VideoSettings& given) {
  const OutputFolder folder(given.output);
  VideoSettings settings = given;
  check_names(settings);
  const bool videos = settings.plan.overlay || settings.plan.labels_video;
  const video::AvTable* av = nullptr;
  if (videos) av = &video::av_library("writing videos (--save overlay,labels-video)");
  if (VideoLabels::needs_flow(settings)) av = &video::av_library("optical flow (--flow, --every)");
  OpenedVideo opened = open_video(settings);
  check_frame_names(settings, opened.source->facts());
  settings.hub.fetch(settings.model.string(), settings.quiet);
  Segmenter segmenter(settings.model, settings.model_options);
  settings.classes = segmenter.model().complete(settings.classes, settings.background);
  segmenter.set_classes(ClassSet(segmenter.model(), settings.classes, settings.text));
  if (!settings.quiet) print_model_notes(segmenter.model().notes());
  warn_of_unknown_words(segmenter);
  stop_between_steps({"stopping after this frame", [] {
                        return std::string(
                            "finished groups of frames are kept; the same command with --resume goes on");
                      }});
  return VideoRun(settings, segmenter, std::move(opened), av).run();
}

}  // namespace relprompt::cli
