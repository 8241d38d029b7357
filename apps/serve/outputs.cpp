#include "serve/outputs.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "relprompt/output.h"

#include "image/npy_writer.h"
#include "image/png_writer.h"
#include "serve/http.h"

namespace relprompt::serve {
namespace {

constexpr std::size_t kMostScoreBytes = std::size_t{512} << 20;

bool contains(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::uint8_t level(float score) {
  return static_cast<std::uint8_t>(
      std::lround(std::clamp(std::isnan(score) ? 0.0f : score, 0.0f, 1.0f) * 255));
}

}  // namespace

ScoreGatherer::ScoreGatherer(const std::vector<std::string>& outputs, std::size_t classes, const Image& image)
    : wants_best_(contains(outputs, kConfidence)),
      classes_(classes),
      pixels_(image.rgb.size() / 3),
      height_(image.height),
      width_(image.width) {
  if (wants_best_) best_.assign(pixels_, -std::numeric_limits<float>::infinity());
  if (!contains(outputs, "scores")) return;
  if (classes_ * pixels_ > kMostScoreBytes / sizeof(std::uint16_t)) {
    throw HttpError(
        413,
        fmt::format("scores of {} classes and {}x{} pixels are more than 512 MB", classes, width_, height_),
        "a smaller image, fewer classes, or `relprompt segment --save scores`", "image_too_large");
  }
  all_.emplace(classes_, height_, width_);
}

ScoreSink ScoreGatherer::sink() {
  if (!wants_best_ && !all_) return {};
  return [this](std::size_t, std::size_t count, const float* planes) { take(count, planes); };
}

void ScoreGatherer::take(std::size_t count, const float* planes) {
  if (all_) all_->append(planes, count);
  for (std::size_t c = 0; wants_best_ && c < count; ++c) {
    const float* plane = planes + c * pixels_;
    for (std::size_t i = 0; i < pixels_; ++i) best_[i] = std::max(best_[i], plane[i]);
  }
}

std::string ScoreGatherer::confidence_png() const {
  return grey_png(best_, height_, width_);
}

std::string ScoreGatherer::npy(const LabelMap& labels) {
  const auto halves = all_->finish(labels);
  auto bytes = image::npy_header({static_cast<std::int64_t>(classes_), height_, width_}, true);
  bytes.append(reinterpret_cast<const char*>(halves.data()), halves.size() * sizeof(std::uint16_t));
  return bytes;
}

std::vector<Output> make_outputs(const std::vector<std::string>& names, const Labelled& labelled,
                                 ScoreGatherer& scores) {
  const auto stem = stem_of(labelled.file_name);
  const auto& map = labelled.result.labels;
  // The image's name in files of masks is what the client called it.
  const auto name_of_image = labelled.file_name.substr(labelled.file_name.find_last_of("/\\") + 1);
  const ImageResult result{name_of_image.empty() ? stem : name_of_image, stem, map, &labelled.image};
  std::vector<Output> outputs;
  for (const auto& name : names) {
    if (name == kConfidence) {
      outputs.push_back({name, {{stem + ".confidence.png", scores.confidence_png()}}});
    } else if (name == "scores") {
      outputs.push_back({name, {{stem + ".scores.npy", scores.npy(map)}}});
    } else {
      outputs.push_back({name, encode_output(name, result, labelled.classes, labelled.options)});
    }
  }
  return outputs;
}

std::string stem_of(const std::string& file_name) {
  auto name = file_name.substr(file_name.find_last_of("/\\") + 1);
  name = name.substr(0, name.rfind('.'));
  std::string stem;
  for (const char c : name.substr(0, 100)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    stem += plain ? c : '_';
  }
  return stem.empty() ? "image" : stem;
}

std::string grey_png(const std::vector<float>& scores, int height, int width) {
  std::vector<std::uint8_t> grey(scores.size());
  std::transform(scores.begin(), scores.end(), grey.begin(), level);
  return image::encode_png(image::PngKind::kGrey8, height, width, grey.data());
}

}  // namespace relprompt::serve
