#include "segmenter/label_decision.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace relprompt::segmenter {
namespace {

constexpr float kNever = std::numeric_limits<float>::infinity();

/// The score that a pixel of each class needs.
std::vector<float> thresholds_of(const SegmentOptions& options, std::size_t classes) {
  std::vector<float> thresholds(classes, options.unknown_threshold.value_or(-kNever));
  for (const auto& [label, threshold] : options.class_thresholds) thresholds[label] = threshold;
  return thresholds;
}

/// Leaves out what covers too little. Returns whether that changes any label.
bool leave_out_small(const std::vector<std::int32_t>& labels, const SegmentOptions& options,
                     kernels::LabelTask& task) {
  std::vector<std::uint64_t> pixels(task.penalty.size(), 0);
  for (const auto label : labels) ++pixels[static_cast<std::size_t>(label)];
  const auto largest =
      static_cast<std::size_t>(std::max_element(pixels.begin(), pixels.end()) - pixels.begin());
  const auto foreground = labels.size() - (options.background ? pixels[*options.background] : 0);
  const double least = static_cast<double>(*options.min_area) * static_cast<double>(foreground);
  bool changes = false;
  for (std::size_t c = 0; c < pixels.size(); ++c) {
    // Without a background something must stay.
    const bool stays = options.background ? c == *options.background : c == largest;
    if (stays || static_cast<double>(pixels[c]) > least) continue;
    task.penalty[c] = kNever;
    changes = changes || pixels[c] > 0;
  }
  return changes;
}

}  // namespace

void fill_labels(ImageScores& image_scores, const SegmentOptions& options, kernels::LabelTask& task,
                 Segmentation& result) {
  const auto pixels = static_cast<std::size_t>(task.image.height * task.image.width);
  std::vector<std::int32_t> labels(pixels);
  std::vector<float> scores(pixels);
  image_scores.labels(labels.data(), scores.data());
  // The second pass computes scores that are not refined again: it costs little, and keeping them would take
  // memory for every class.
  if (options.min_area.value_or(0) > 0 && leave_out_small(labels, options, task)) {
    image_scores.labels(labels.data(), scores.data());
  }
  const auto thresholds = thresholds_of(options, task.penalty.size());
  result.labels.labels.resize(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    auto label = static_cast<std::size_t>(labels[i]);
    // Written so that a NaN is below every threshold.
    const bool uncertain = thresholds[label] > -kNever && !(scores[i] >= thresholds[label]);
    if (uncertain && options.background) label = *options.background;
    const bool unknown = uncertain && !options.background;
    result.labels.labels[i] = unknown ? LabelMap::kUnknown : static_cast<std::uint16_t>(label);
    ++(unknown ? result.unknown_pixels : result.pixels[label]);
  }
}

}  // namespace relprompt::segmenter
