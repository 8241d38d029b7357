#include "photo_outputs.h"

#include <system_error>
#include <utility>

#include "base/own_files.h"
#include "photo_record.h"

namespace relprompt::cli {

namespace fs = std::filesystem;

PhotoOutputs::PhotoOutputs(fs::path stem, const OutputPlan& plan) : stem_(std::move(stem)), plan_(plan) {}

PhotoOutputs::~PhotoOutputs() {
  for (const fs::path& path : written_) remove_own(path);
}

fs::path PhotoOutputs::path_of(const char* ending) const {
  fs::path path = stem_;
  path += ending;  // not replace_extension: the stem may hold dots
  return path;
}

std::vector<std::pair<std::string, fs::path>> PhotoOutputs::files() const {
  std::vector<std::pair<std::string, fs::path>> files;
  if (plan_.scores) files.emplace_back("scores", path_of(".scores.npy"));
  if (plan_.labels) files.emplace_back("labels", path_of(".labels.png"));
  if (plan_.palette) files.emplace_back("palette", path_of(".palette.png"));
  if (plan_.overlay) files.emplace_back("overlay", path_of(".overlay.jpg"));
  if (plan_.report) files.emplace_back("json", path_of(".json"));
  return files;
}

bool PhotoOutputs::done(const std::string& settings, const fs::path& photo) const {
  auto record = read_record(stem_);
  if (!record || record->settings != settings) return false;
  for (const auto& [kind, path] : files()) {
    std::error_code ignored;
    if (record->kinds.count(kind) == 0 || !fs::is_regular_file(path, ignored)) return false;
  }
  const auto now = look_at(photo);
  if (!now || now->same_times(record->input)) return now.has_value();
  if (now->bytes != record->input.bytes) return false;
  const auto again = read_photo_file(photo).input;
  if (again.sha256 != record->input.sha256) return false;
  record->input = again;  // the next run need not read it
  write_record(stem_, *record);
  return true;
}

void PhotoOutputs::check_names() const {
  for (const auto& [kind, path] : files())
    if (is_unlisted(path)) refuse_foreign(path);
}

void PhotoOutputs::check(const std::string& settings, const PhotoInput& input) {
  settings_ = settings;
  input_ = input;
  for (const auto& [kind, path] : files())
    if (standing_of(path) == Standing::kForeign) refuse_foreign(path);
  const auto record = read_record(stem_);
  if (record && record->made_as(settings, input.sha256)) kinds_ = record->kinds;
  report_is_stale_ = plan_.report || kinds_.count("json") == 0;
}

template <class Write>
void PhotoOutputs::write(const fs::path& path, Write&& save) {
  if (!begun_) {
    // While files change, nothing may claim that they are complete.
    drop_record(stem_);
    if (report_is_stale_) remove_own(path_of(".json"));
    begun_ = true;
  }
  save(path);
  written_.push_back(path);
}

void PhotoOutputs::complete() {
  for (const auto& [kind, path] : files()) kinds_.insert(kind);
  write_record(stem_, {settings_, input_, kinds_});
  written_.clear();
}

ScoreSink PhotoOutputs::score_sink(const Image& photo, std::size_t classes) {
  if (!plan_.scores) return {};
  const int height = photo.height, width = photo.width;
  return [this, classes, height, width](std::size_t, std::size_t count, const float* planes) {
    // Opened late: nothing is lying about while the network works.
    if (!scores_) {
      scores_.emplace(path_of(".scores.npy"), classes, height, width, !plan_.float32_scores);
    }
    scores_->append(planes, count);
  };
}

void PhotoOutputs::write_pictures(const Image& photo, const LabelMap& labels, const ClassList& classes) {
  if (scores_) write(path_of(".scores.npy"), [&](const fs::path&) { scores_->commit(labels); });
  if (plan_.labels) {
    write(path_of(".labels.png"), [&](const fs::path& path) { write_labels(path, labels, classes.size()); });
  }
  if (plan_.palette) {
    write(path_of(".palette.png"),
          [&](const fs::path& path) { write_palette(path, labels, classes.size()); });
  }
  if (plan_.overlay) {
    write(path_of(".overlay.jpg"),
          [&](const fs::path& path) { write_overlay(path, photo, labels, classes); });
  }
}

void PhotoOutputs::write_report(const std::string& text) {
  if (plan_.report) write(path_of(".json"), [&](const fs::path& path) { write_text(path, text); });
}

}  // namespace relprompt::cli
