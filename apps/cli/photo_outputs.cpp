#include "photo_outputs.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "image/label_files.h"
#include "image/overlay.h"
#include "old_report.h"

namespace relprompt::cli {

namespace fs = std::filesystem;

PhotoOutputs::PhotoOutputs(fs::path stem, const OutputPlan& plan) : stem_(std::move(stem)), plan_(plan) {}

PhotoOutputs::~PhotoOutputs() {
  std::error_code ignored;
  for (const fs::path& path : written_) fs::remove(path, ignored);
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

bool PhotoOutputs::all_present(const std::string& settings) const {
  const auto planned = files();
  std::error_code ignored;
  const bool present = std::all_of(planned.begin(), planned.end(), [&](const auto& file) {
    return fs::is_regular_file(file.second, ignored);
  });
  return present && (!plan_.report || old_report(path_of(".json"), settings) == OldReport::kSameSettings);
}

void PhotoOutputs::check_old_report(const std::string& settings) {
  const fs::path path = path_of(".json");
  const OldReport old = old_report(path, settings);
  if (old == OldReport::kForeign && plan_.report) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("{} is there already and no result of relprompt", path.string()),
                "choose another output folder, or leave json out of --save");
  }
  const bool ours = old == OldReport::kSameSettings || old == OldReport::kOtherSettings;
  old_report_is_stale_ = ours && (plan_.report || old == OldReport::kOtherSettings);
}

template <class Write>
void PhotoOutputs::write(const fs::path& path, Write&& save) {
  // While files change, no report may claim that they are complete.
  std::error_code ignored;  // a folder that refuses this refuses the new file too, and that has a message
  if (old_report_is_stale_) fs::remove(path_of(".json"), ignored);
  old_report_is_stale_ = false;
  save(path);
  written_.push_back(path);
}

ScoreSink PhotoOutputs::score_sink(const Image& photo, std::size_t classes) {
  if (!plan_.scores) return {};
  const int height = photo.height, width = photo.width;
  return [this, classes, height, width](std::size_t, std::size_t count, const float* planes) {
    // Opened late: nothing is lying about while the network works.
    if (!scores_) {
      scores_ = std::make_unique<image::ScoreWriter>(path_of(".scores.npy"), classes, height, width,
                                                     !plan_.float32_scores);
    }
    scores_->append(planes, count);
  };
}

void PhotoOutputs::write_pictures(const Image& photo, const LabelMap& labels, const ClassList& classes) {
  if (scores_) write(path_of(".scores.npy"), [&](const fs::path&) { scores_->commit(labels); });
  if (plan_.labels) {
    write(path_of(".labels.png"),
          [&](const fs::path& path) { image::write_labels_png(path, labels, classes.size()); });
  }
  if (plan_.palette) {
    write(path_of(".palette.png"),
          [&](const fs::path& path) { image::write_palette_png(path, labels, classes.size()); });
  }
  if (plan_.overlay) {
    write(path_of(".overlay.jpg"),
          [&](const fs::path& path) { image::write_overlay_jpg(path, photo, labels, classes); });
  }
}

void PhotoOutputs::write_report(const std::string& text) {
  if (plan_.report) write(path_of(".json"), [&](const fs::path& path) { write_file(path, text); });
}

}  // namespace relprompt::cli
