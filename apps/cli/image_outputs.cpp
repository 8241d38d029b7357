#include "image_outputs.h"

#include <system_error>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/own_files.h"
#include "base/paths.h"
#include "image_record.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

/// What the record calls files of a format: with the options that decide their content.
std::string kind_of(const std::string& name, const OutputOptions& options) {
  const OverlayOptions usual, &overlay = options.overlay;
  if (name == "overlay" || name == "overlay-png") {
    const bool as_usual = overlay.alpha == usual.alpha && overlay.region_names == usual.region_names;
    return as_usual ? name
                    : fmt::format("{}:{}:{}", name, overlay.alpha, overlay.region_names ? "names" : "bare");
  }
  const bool exact = options.simplify == 0 && options.min_polygon <= 1;
  if (exact || !output_format(name).polygons) return name;
  return fmt::format("{}:{}:{}", name, options.simplify, options.min_polygon);
}

void forget(std::set<std::string>& kinds, const std::string& name) {
  for (auto kind = kinds.begin(); kind != kinds.end();)
    kind = *kind == name || kind->rfind(name + ":", 0) == 0 ? kinds.erase(kind) : std::next(kind);
}

/// The image as seen from the folder of its results.
std::string path_from(const fs::path& image, const fs::path& stem) {
  const auto folder = absolute_path(stem).lexically_normal().parent_path();
  return absolute_path(image).lexically_normal().lexically_relative(folder).string();
}

}  // namespace

ImageOutputs::ImageOutputs(const ListedImage& listed, const OutputPlan& plan)
    : listed_(listed), plan_(plan) {}

ImageOutputs::~ImageOutputs() {
  for (const fs::path& path : written_) remove_own(path);
}

fs::path ImageOutputs::path_of(const std::string& ending) const {
  fs::path path = listed_.stem;
  path += ending;  // not replace_extension: the stem may hold dots
  return path;
}

std::vector<std::pair<std::string, fs::path>> ImageOutputs::files() const {
  std::vector<std::pair<std::string, fs::path>> files;
  for (const auto& name : plan_.formats) {
    const auto& ending = output_format(name).image_file;
    if (!ending.empty()) files.emplace_back(name, path_of(ending));
  }
  return files;
}

std::vector<std::pair<std::string, fs::path>> ImageOutputs::parts() const {
  std::vector<std::pair<std::string, fs::path>> parts;
  for (const auto& name : plan_.formats) {
    if (!output_format(name).run_parts) continue;
    fs::path path = listed_.part;
    path += "." + name;
    parts.emplace_back(name, std::move(path));
  }
  return parts;
}

bool ImageOutputs::done(const std::string& settings) const {
  auto record = read_record(listed_.stem);
  if (!record || record->settings != settings) return false;
  for (const auto& name : plan_.formats)
    if (record->kinds.count(kind_of(name, plan_.options)) == 0) return false;
  std::error_code ignored;
  for (const auto& [name, path] : files())
    if (!fs::is_regular_file(path, ignored)) return false;
  for (const auto& [name, path] : parts())
    if (standing_of(path) != Standing::kOwn) return false;
  const auto now = look_at(listed_.path);
  if (!now || now->same_times(record->input)) return now.has_value();
  if (now->bytes != record->input.bytes) return false;
  const auto again = read_image_file(listed_.path).input;
  if (again.sha256 != record->input.sha256) return false;
  record->input = again;  // the next run need not read it
  write_record(listed_.stem, *record);
  return true;
}

void ImageOutputs::check_names() const {
  for (const auto& paths : {files(), parts()})
    for (const auto& [name, path] : paths)
      if (is_unlisted(path)) refuse_foreign(path);
}

void ImageOutputs::check(const std::string& settings, const ImageInput& input) {
  settings_ = settings;
  input_ = input;
  for (const auto& paths : {files(), parts()})
    for (const auto& [name, path] : paths)
      if (standing_of(path) == Standing::kForeign) refuse_foreign(path);
  const auto record = read_record(listed_.stem);
  if (record && record->made_as(settings, input.sha256)) kinds_ = record->kinds;
  report_is_stale_ = plan_.has("json") || kinds_.count("json") == 0;
}

template <class Write>
void ImageOutputs::write(const fs::path& path, Write&& save) {
  if (!begun_) {
    // While files change, nothing may claim that they are complete.
    drop_record(listed_.stem);
    if (report_is_stale_) remove_own(path_of(".json"));
    begun_ = true;
  }
  save(path);
  written_.push_back(path);
}

void ImageOutputs::complete() {
  for (const auto& name : plan_.formats) {
    forget(kinds_, name);
    kinds_.insert(kind_of(name, plan_.options));
  }
  make_folder(listed_.stem.parent_path());  // which has no other file where all are of the run
  write_record(listed_.stem, {settings_, input_, kinds_});
  written_.clear();
}

ScoreSink ImageOutputs::score_sink(const Image& image, std::size_t classes) {
  if (!plan_.has("scores")) return {};
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
  const ImageResult result{
      listed_.name, listed_.below, labels, &image, "", path_from(listed_.path, listed_.stem)};
  for (const auto& [name, file] : files()) {
    if (name == "scores" || name == "json") continue;
    write(file, [&, format = name](const fs::path& path) {
      write_image_file(path, format, result, classes, plan_.options);
    });
  }
  for (const auto& [name, file] : parts()) {
    write(file, [&, format = name](const fs::path& path) {
      write_run_part(path, format, result, classes, plan_.options);
    });
  }
}

void ImageOutputs::write_report(const std::string& text) {
  if (plan_.has("json")) write(path_of(".json"), [&](const fs::path& path) { write_text(path, text); });
}

}  // namespace relprompt::cli
