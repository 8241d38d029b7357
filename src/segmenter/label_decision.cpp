#include "segmenter/label_decision.h"

#include <algorithm>
#include <limits>
#include <numeric>
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

/// Leaves out what covers too little, by the pixels of each class. Returns whether that changes any label.
bool leave_out_small(const std::vector<std::uint64_t>& pixels, const SegmentOptions& options,
                     kernels::LabelTask& task) {
  const auto largest =
      static_cast<std::size_t>(std::max_element(pixels.begin(), pixels.end()) - pixels.begin());
  const auto all = std::accumulate(pixels.begin(), pixels.end(), std::uint64_t{0});
  const auto foreground = all - (options.background ? pixels[*options.background] : 0);
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

std::vector<std::uint64_t> pixels_of(const std::vector<std::int32_t>& labels, std::size_t classes) {
  std::vector<std::uint64_t> pixels(classes, 0);
  for (const auto label : labels) ++pixels[static_cast<std::size_t>(label)];
  return pixels;
}

bool leaves_out(const SegmentOptions& options) {
  return options.min_area.value_or(0) > 0;
}

LabelRule rule_of(const SegmentOptions& options, std::size_t classes) {
  LabelRule rule{thresholds_of(options, classes), options.background};
  const auto is_none = [](float threshold) { return threshold == -kNever; };
  if (std::all_of(rule.thresholds.begin(), rule.thresholds.end(), is_none)) return {};
  return rule;
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
  if (leaves_out(options) && leave_out_small(pixels_of(labels, task.penalty.size()), options, task)) {
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

LabelRule first_rule(const SegmentOptions& options, std::size_t classes) {
  return leaves_out(options) ? LabelRule()
                             : rule_of(options, classes);  // classes are small by their labels alone
}

void fill_labels(DeviceScores& scores, const SegmentOptions& options, kernels::LabelTask& task,
                 Segmentation& result) {
  if (leaves_out(options)) {
    scores.labels(task, first_rule(options, task.penalty.size()), result);
    leave_out_small(result.pixels, options, task);
  }
  scores.labels(task, rule_of(options, task.penalty.size()), result);
}

}  // namespace relprompt::segmenter
