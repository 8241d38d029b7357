#include "image/score_writer.h"

#include <algorithm>

namespace relprompt::image {

ScoreWriter::ScoreWriter(const std::filesystem::path& path, std::size_t classes, int height, int width,
                         bool half)
    : pixels_(static_cast<std::size_t>(height) * static_cast<std::size_t>(width)),
      file_(path, {static_cast<std::int64_t>(classes), height, width}, half) {
  if (!half) return;
  rounded_.emplace(pixels_);
  plane_.resize(pixels_);
}

void ScoreWriter::append(const float* planes, std::size_t count) {
  if (!rounded_) return file_.append(planes, count * pixels_);
  for (std::size_t i = 0; i < count; ++i) {
    const float* plane = planes + i * pixels_;
    std::transform(plane, plane + pixels_, plane_.begin(), to_half);
    rounded_->add(plane_.data());
    file_.append_halves(plane_.data(), pixels_);
  }
}

void ScoreWriter::commit(const LabelMap& labels) {
  const std::size_t planes = rounded_ ? rounded_->settle(labels.labels) : 0;
  for (std::size_t of_class = 0; of_class < planes; ++of_class) {
    file_.read_halves(of_class * pixels_, plane_.data(), pixels_);
    if (rounded_->lower(of_class, plane_.data())) {
      file_.replace_halves(of_class * pixels_, plane_.data(), pixels_);
    }
  }
  file_.commit();
}

}  // namespace relprompt::image
