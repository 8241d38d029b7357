#include "serve/outputs.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/output.h"

#include "image/png_writer.h"
#include "serve/http.h"

namespace relprompt::serve {
namespace {

constexpr std::size_t kMostScoreBytes = std::size_t{512} << 20;

struct Maker {
  const char* name;
  const char* ending;
  std::string (*make)(const Labelled&, ScoreGatherer&);
};

const std::vector<Maker>& makers() {
  static const std::vector<Maker> all = {
      {"labels", ".labels.png",
       [](const Labelled& l, ScoreGatherer&) { return encode_labels(l.result.labels, l.classes.size()); }},
      {"palette", ".palette.png",
       [](const Labelled& l, ScoreGatherer&) { return encode_palette(l.result.labels, l.classes.size()); }},
      {"overlay", ".overlay.jpg",
       [](const Labelled& l, ScoreGatherer&) {
         return encode_overlay(l.image, l.result.labels, l.classes, l.overlay);
       }},
      {"confidence", ".confidence.png",
       [](const Labelled&, ScoreGatherer& scores) { return scores.confidence_png(); }},
      {"scores", ".scores.npy",
       [](const Labelled& l, ScoreGatherer& scores) { return scores.npy(l.result.labels); }},
  };
  return all;
}

const Maker* maker_of(const std::string& name) {
  const auto found =
      std::find_if(makers().begin(), makers().end(), [&](const Maker& maker) { return name == maker.name; });
  return found == makers().end() ? nullptr : &*found;
}

bool contains(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::uint8_t level(float score) {
  return static_cast<std::uint8_t>(
      std::lround(std::clamp(std::isnan(score) ? 0.0f : score, 0.0f, 1.0f) * 255));
}

/// Header of a NumPy file, format 1.0.
std::string npy_header(std::size_t classes, int height, int width) {
  std::string text = fmt::format("{{'descr': '<f2', 'fortran_order': False, 'shape': ({}, {}, {}), }}",
                                 classes, height, width);
  constexpr std::size_t kBefore = 10;
  text.append(63 - (kBefore + text.size()) % 64, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 255);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

}  // namespace

void check_outputs(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const auto& maker : makers()) known.emplace_back(maker.name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (maker_of(names[i]) == nullptr) {
      throw HttpError(400, fmt::format("outputs: there is no \"{}\"", names[i]),
                      fmt::format("possible: {}", fmt::join(known, ", ")), "bad_argument");
    }
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i))
      throw HttpError(400, fmt::format("outputs: \"{}\" is there twice", names[i]), "", "bad_argument");
  }
}

ScoreGatherer::ScoreGatherer(const std::vector<std::string>& outputs, std::size_t classes, const Image& image)
    : wants_best_(contains(outputs, "confidence")),
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
  auto bytes = npy_header(classes_, height_, width_);
  bytes.append(reinterpret_cast<const char*>(halves.data()), halves.size() * sizeof(std::uint16_t));
  return bytes;
}

std::vector<Output> make_outputs(const std::vector<std::string>& names, const Labelled& labelled,
                                 ScoreGatherer& scores) {
  std::vector<Output> outputs;
  for (const auto& name : names) {
    const auto* maker = maker_of(name);
    outputs.push_back({name, maker->ending, maker->make(labelled, scores)});
  }
  return outputs;
}

std::string grey_png(const std::vector<float>& scores, int height, int width) {
  std::vector<std::uint8_t> grey(scores.size());
  std::transform(scores.begin(), scores.end(), grey.begin(), level);
  return image::encode_png(image::PngKind::kGrey8, height, width, grey.data());
}

}  // namespace relprompt::serve
