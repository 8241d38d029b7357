#include "image_outputs.h"

#include <system_error>
#include <utility>

#include "base/own_files.h"
#include "image_record.h"

namespace relprompt::cli {

namespace fs = std::filesystem;

ImageOutputs::ImageOutputs(fs::path stem, const OutputPlan& plan) : stem_(std::move(stem)), plan_(plan) {}

ImageOutputs::~ImageOutputs() {
  for (const fs::path& path : written_) remove_own(path);
}

fs::path ImageOutputs::path_of(const char* ending) const {
  fs::path path = stem_;
  path += ending;  // not replace_extension: the stem may hold dots
  return path;
}

std::vector<std::pair<std::string, fs::path>> ImageOutputs::files() const {
  std::vector<std::pair<std::string, fs::path>> files;
  if (plan_.scores) files.emplace_back("scores", path_of(".scores.npy"));
  if (plan_.labels) files.emplace_back("labels", path_of(".labels.png"));
  if (plan_.palette) files.emplace_back("palette", path_of(".palette.png"));
  if (plan_.overlay) files.emplace_back("overlay", path_of(".overlay.jpg"));
  if (plan_.report) files.emplace_back("json", path_of(".json"));
  return files;
}

bool ImageOutputs::done(const std::string& settings, const fs::path& image) const {
  auto record = read_record(stem_);
  if (!record || record->settings != settings) return false;
  for (const auto& [kind, path] : files()) {
    std::error_code ignored;
    if (record->kinds.count(kind) == 0 || !fs::is_regular_file(path, ignored)) return false;
  }
  const auto now = look_at(image);
  if (!now || now->same_times(record->input)) return now.has_value();
  if (now->bytes != record->input.bytes) return false;
  const auto again = read_image_file(image).input;
  if (again.sha256 != record->input.sha256) return false;
  record->input = again;  // the next run need not read it
  write_record(stem_, *record);
  return true;
}

void ImageOutputs::check_names() const {
  for (const auto& [kind, path] : files())
    if (is_unlisted(path)) refuse_foreign(path);
}

void ImageOutputs::check(const std::string& settings, const ImageInput& input) {
  settings_ = settings;
  input_ = input;
  for (const auto& [kind, path] : files())
    if (standing_of(path) == Standing::kForeign) refuse_foreign(path);
  const auto record = read_record(stem_);
  if (record && record->made_as(settings, input.sha256)) kinds_ = record->kinds;
  report_is_stale_ = plan_.report || kinds_.count("json") == 0;
}

template <class Write>
void ImageOutputs::write(const fs::path& path, Write&& save) {
  if (!begun_) {
    // While files change, nothing may claim that they are complete.
    drop_record(stem_);
    if (report_is_stale_) remove_own(path_of(".json"));
    begun_ = true;
  }
  save(path);
  written_.push_back(path);
}

void ImageOutputs::complete() {
  for (const auto& [kind, path] : files()) kinds_.insert(kind);
  write_record(stem_, {settings_, input_, kinds_});
  written_.clear();
}

ScoreSink ImageOutputs::score_sink(const Image& image, std::size_t classes) {
  if (!plan_.scores) return {};
  const int height = image.height, width = image.width;
  return [this, classes, height, width](std::size_t, std::size_t count, const float* planes) {
    // Opened late: nothing is lying about while the network works.
    if (!scores_) {
      scores_.emplace(path_of(".scores.npy"), classes, height, width, !plan_.float32_scores);
    }
    scores_->append(planes, count);
  };
}

void ImageOutputs::write_images(const Image& image, const LabelMap& labels, const ClassList& classes) {
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
          [&](const fs::path& path) { write_overlay(path, image, labels, classes); });
  }
}

void ImageOutputs::write_report(const std::string& text) {
  if (plan_.report) write(path_of(".json"), [&](const fs::path& path) { write_text(path, text); });
}

}  // namespace relprompt::cli
