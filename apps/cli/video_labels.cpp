#include "video_labels.h"

#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::cli {
namespace {

/// Labels are not carried over a frame with more pixels than this whose flow is not consistent: after a cut
/// there is nothing to carry.
constexpr double kMostInconsistent = 0.3;

Segmentation as_result(LabelMap labels, std::size_t classes) {
  Segmentation result;
  result.pixels.assign(classes, 0);
  for (const auto label : labels.labels) {
    if (label < classes) {
      ++result.pixels[label];
    } else {
      ++result.unknown_pixels;
    }
  }
  result.labels = std::move(labels);
  return result;
}

}  // namespace

VideoLabels::VideoLabels(const VideoSettings& settings, Segmenter& segmenter, const SegmentOptions& protocol,
                         const video::AvTable* av)
    : settings_(settings),
      frames_(segmenter, protocol, settings.frames),
      classes_(segmenter.class_count()),
      av_(av) {}

Motion VideoLabels::motion(const Image& before, const Image& now) const {
  Motion motion;
  std::string problem;
  if (!av_->flow(before, now, motion, problem))
    throw Error(ErrorCode::kInternal, fmt::format("optical flow: {}", problem));
  return motion;
}

std::optional<VideoLabels::Labelled> VideoLabels::carry(const video::Frame& frame) {
  if (settings_.every < 2 || !carried_.started() || !before_) return std::nullopt;
  if (frame.number - key_ >= settings_.every) return std::nullopt;
  inconsistent_ = carried_.advance(motion(*before_, frame.image));
  if (inconsistent_ > kMostInconsistent) return std::nullopt;
  Labelled labelled{as_result(carried_.labels(), classes_), {}};
  labelled.outcome.computed = false;
  return labelled;
}

VideoLabels::Labelled VideoLabels::compute(const video::Frame& frame) {
  Labelled labelled;
  std::optional<Motion> along;
  if (settings_.flow && computed_) along = motion(*computed_, frame.image);
  labelled.result = frames_.segment(frame.image, along ? &*along : nullptr);
  labelled.outcome.windows = labelled.result.windows;
  labelled.outcome.reused = frames_.reused_windows();
  key_ = last_computed_ = frame.number;
  if (settings_.every > 1) carried_.start(labelled.result.labels);
  if (settings_.flow) computed_ = frame.image;
  return labelled;
}

VideoLabels::Labelled VideoLabels::next(const video::Frame& frame) {
  inconsistent_ = -1;
  auto carried = carry(frame);
  Labelled labelled = carried ? std::move(*carried) : compute(frame);
  labelled.outcome.inconsistent = inconsistent_;
  if (settings_.every > 1) before_ = frame.image;
  return labelled;
}

void VideoLabels::restore(const std::string& state, std::uint64_t last_computed,
                          std::optional<Image> pixels) {
  frames_.restore(state);
  last_computed_ = last_computed;
  if (settings_.flow) computed_ = std::move(pixels);
}

}  // namespace relprompt::cli
