// The writers of relprompt/output.h, over src/image.
#include "relprompt/output.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "api/errors.h"
#include "base/atomic_file.h"
#include "image/image_files.h"
#include "image/label_files.h"
#include "image/overlay.h"
#include "image/palette.h"
#include "image/score_writer.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

/// True for a PNG, false for a JPEG, by the path's ending.
bool is_png(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (ending == ".png") return true;
  if (ending == ".jpg" || ending == ".jpeg") return false;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("{}: an image's name must end in .png, .jpg or .jpeg", path.string()));
}

}  // namespace

std::uint32_t class_color(std::uint16_t label) {
  const auto color = image::color_of(label);
  return static_cast<std::uint32_t>(color.red) << 16 | static_cast<std::uint32_t>(color.green) << 8 |
         color.blue;
}

std::uint16_t unknown_label(std::size_t classes) {
  return image::unknown_label(classes);
}

void write_labels(const fs::path& path, const LabelMap& map, std::size_t classes) {
  api::guarded([&] { image::write_labels_png(path, map, classes); });
}

void write_palette(const fs::path& path, const LabelMap& map, std::size_t classes) {
  api::guarded([&] { image::write_palette_png(path, map, classes); });
}

Image draw_overlay(const Image& image, const LabelMap& map, const ClassList& classes,
                   const OverlayOptions& options) {
  return api::guarded([&] { return image::draw_overlay(image, map, classes, options); });
}

void write_overlay(const fs::path& path, const Image& image, const LabelMap& map, const ClassList& classes,
                   const OverlayOptions& options) {
  api::guarded([&] {
    if (is_png(path)) {
      image::write_png(path, image::draw_overlay(image, map, classes, options));
    } else {
      image::write_overlay_jpg(path, image, map, classes, options);
    }
  });
}

void write_image(const fs::path& path, const Image& image, int quality) {
  api::guarded([&] {
    if (is_png(path)) {
      image::write_png(path, image);
    } else {
      image::write_jpg(path, image, quality);
    }
  });
}

struct RELPROMPT_HIDDEN ScoreFile::Impl {
  Impl(const fs::path& path, std::size_t all, int rows, int columns, bool half)
      : classes(all), height(rows), width(columns), file(path, all, rows, columns, half) {}

  std::size_t classes, written = 0;
  int height, width;
  image::ScoreWriter file;
};

ScoreFile::ScoreFile(const fs::path& path, std::size_t classes, int height, int width, bool half)
    : impl_(api::guarded([&] {
        if (classes == 0 || classes > kMaxClasses || height < 1 || width < 1) {
          throw Error(
              ErrorCode::kBadArgument,
              fmt::format("{}: scores of {} classes, {} rows and {} columns: expected 1 to {} classes and at "
                          "least one pixel",
                          path.string(), classes, height, width, kMaxClasses));
        }
        return std::make_unique<Impl>(path, classes, height, width, half);
      })) {}

ScoreFile::~ScoreFile() = default;
ScoreFile::ScoreFile(ScoreFile&&) noexcept = default;
ScoreFile& ScoreFile::operator=(ScoreFile&&) noexcept = default;

void ScoreFile::append(const float* planes, std::size_t count) {
  api::guarded([&] {
    if (count > impl_->classes - impl_->written) {
      throw Error(ErrorCode::kBadArgument, fmt::format("{} more planes of scores, after {} of {}", count,
                                                       impl_->written, impl_->classes));
    }
    impl_->file.append(planes, count);
    impl_->written += count;
  });
}

ScoreSink ScoreFile::sink() {
  return [this](std::size_t, std::size_t count, const float* planes) { append(planes, count); };
}

void ScoreFile::commit(const LabelMap& labels) {
  api::guarded([&] {
    const auto& own = *impl_;
    if (labels.height != own.height || labels.width != own.width || own.written != own.classes) {
      throw Error(
          ErrorCode::kBadArgument,
          fmt::format(
              "scores of {} classes and {}x{} pixels are complete with a label map of that size and all "
              "planes; here are {}x{} pixels and {} planes",
              own.classes, own.height, own.width, labels.height, labels.width, own.written));
    }
    impl_->file.commit(labels);
  });
}

void write_text(const fs::path& path, const std::string& text) {
  api::guarded([&] { write_file(path, text); });
}

}  // namespace relprompt
