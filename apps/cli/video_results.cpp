#include "video_results.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "base/atomic_file.h"
#include "base/json_read.h"
#include "base/json_value.h"
#include "base/own_files.h"
#include "base/read_file.h"
#include "numbers.h"
#include "terminal.h"
#include "video/newest_frame.h"
#include "video_truth.h"

namespace relprompt::cli {

namespace fs = std::filesystem;

void check_frame_names(const VideoSettings& settings, std::uint64_t frames) {
  constexpr std::uint64_t kMostLooked = 1'000'000;
  for (std::uint64_t i = 1; i <= std::min(frames, kMostLooked); ++i) {
    for (const auto& [saved, ending] :
         {std::pair{settings.plan.labels, ".labels.png"}, {settings.plan.frames, ".png"}}) {
      const auto path = settings.output / fmt::format("{:06}{}", i, ending);
      if (saved && is_unlisted(path)) refuse_foreign(path);
    }
  }
}

void check_video_names(const VideoSettings& settings) {
  for (const char* name : {"labels.mkv", "overlay.mkv", "frames.jsonl", "timeline.png", "run.json"})
    if (standing_of(settings.output / name) == Standing::kForeign) refuse_foreign(settings.output / name);
  std::error_code ignored;
  const auto parts = settings.output / "parts";
  if (!fs::exists(parts, ignored)) return;
  if (const auto foreign = fs::is_directory(parts, ignored) ? foreign_in(parts) : parts)
    refuse_foreign(*foreign);
}

std::optional<int> VideoResults::done_before() const {
  const auto path = settings_.output / "run.json";
  if (standing_of(path) != Standing::kOwn) return std::nullopt;
  JsonRules rules;
  rules.bytes = std::size_t{256} << 20;
  const auto document = try_read_json_file(path, rules);
  if (!document.is_object() || value_or(document, "made_from", std::string()) != made_from_)
    return std::nullopt;
  for (const auto& [kind, name] : value_or(document, "files", std::map<std::string, std::string>{}))
    if (standing_of(settings_.output / name) != Standing::kOwn) return std::nullopt;
  if (settings_.json) print_result(read_file(path).text());
  if (!settings_.quiet) print_note(fmt::format("already done: results in {}", settings_.output.string()));
  return value_or(document, "lost", 0) > 0 ? 3 : 0;
}

int VideoResults::finish(const VideoParts& parts, const video::Source& source, double seconds,
                         int signal) const {
  VideoAccount account(settings_.classes);
  const Json files = write_files(parts, account);
  Json document = report(account, files, source, seconds);
  document["complete"] = signal == 0;
  write_text(settings_.output / "run.json", to_text(document));
  parts.remove();
  if (settings_.json) print_result(to_text(document));
  tell(account, source, document);
  if (signal != 0) return 128 + signal;
  return account.lost() > 0 ? 3 : 0;
}

Json VideoResults::write_files(const VideoParts& parts, VideoAccount& account) const {
  Json files = Json::object();
  const auto lines = parts.lines();
  for (const auto& file : lines) account.add_file(file);
  for (const auto& path : parts.join(settings_.output)) {
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
  return files;
}

Json VideoResults::report(const VideoAccount& account, const Json& files, const video::Source& source,
                          double seconds) const {
  const auto facts = source.facts();
  Json document = run_;
  document["made_from"] = made_from_;
  document["input"] = {{"path", settings_.input}, {"format", facts.format}, {"height", facts.height},
                       {"width", facts.width},    {"fps", facts.fps},       {"frames_stated", facts.frames}};
  document["rules"] = settings_.frame_rules();
  document.update(account.document());
  if (const auto* live = dynamic_cast<const video::NewestFrame*>(&source))
    document["dropped"] = live->dropped();
  document["notes"] = source.notes();
  if (!settings_.truth.empty()) document["truth"] = truth_document(settings_, av_);
  document["files"] = files;
  document["seconds"] = seconds;
  return document;
}

void VideoResults::tell(const VideoAccount& account, const video::Source& source,
                        const Json& document) const {
  for (const auto& note : source.notes()) print_warning(fmt::format("{}: {}", settings_.input, note));
  if (account.lost() > 0) {
    const auto after = account.after_loss() == 0
                           ? ""
                           : fmt::format("; {} after them may rest on them", account.after_loss());
    print_error(fmt::format("{}: {} of {} are lost{}{}", settings_.input, account.lost(),
                            counted(account.labelled() + account.lost(), "frame"), after,
                            account.lost_frames()));
  }
  if (settings_.quiet) return;
  std::string text = fmt::format("{} in {}, results in {}", counted(account.labelled(), "frame"),
                                 duration(document["seconds"].get<double>()), settings_.output.string());
  if (document.contains("dropped"))
    text += fmt::format("; {} dropped", document["dropped"].get<std::uint64_t>());
  print_note(text);
}

}  // namespace relprompt::cli
