#include "segmenter/scored_image.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/stage_timer.h"
#include "segmenter/image_scores.h"
#include "segmenter/label_decision.h"

namespace relprompt::segmenter {
namespace {

using Clock = std::chrono::steady_clock;

/// The task of one set of options. Whose penalties the area rule changes is this copy.
kernels::LabelTask task_of(const ScoredImage& scored, const SegmentOptions& options) {
  auto task = scored.task;
  task.penalty = penalties(options, task.first.size() - 1);
  return task;
}

/// Planes of full size, a few classes at a time; 0 for classes that are left out.
void give_planes(ImageScores& scores, const kernels::LabelTask& task, const ScoreSink& sink) {
  // 16 planes of 512 x 683 pixels: near the last-level cache and far below a window's own memory.
  constexpr std::int64_t kChunkElements = 16 * 512 * 683;
  const auto plane = task.image.height * task.image.width;
  const auto chunk = static_cast<std::size_t>(std::max<std::int64_t>(1, kChunkElements / plane));
  const auto classes = task.penalty.size();
  std::vector<float> values(std::min(chunk, classes) * static_cast<std::size_t>(plane));
  for (std::size_t first = 0; first < classes; first += chunk) {
    const auto count = std::min(chunk, classes - first);
    scores.planes(first, count, values.data());
    for (std::size_t c = 0; c < count; ++c) {
      if (std::isinf(task.penalty[first + c]))
        std::fill_n(values.begin() + static_cast<std::int64_t>(c) * plane, plane, 0.0f);
    }
    sink(first, count, values.data());
  }
}

}  // namespace

std::vector<float> penalties(const SegmentOptions& options, std::size_t classes) {
  std::vector<float> penalty(classes, 0.0f);
  for (const auto label : options.seen) penalty[label] = options.calibration;
  return penalty;
}

Segmentation label_image(const ScoredImage& scored, const SegmentOptions& options, const ScoreSink& sink) {
  const auto start = Clock::now();
  const StageTimer timer(Stage::kResize);
  auto task = task_of(scored, options);
  Segmentation result;
  result.labels.height = static_cast<int>(task.image.height);
  result.labels.width = static_cast<int>(task.image.width);
  result.resized_height = static_cast<int>(task.resized.height);
  result.resized_width = static_cast<int>(task.resized.width);
  result.windows = static_cast<int>(task.windows.size());
  for (const auto& view : task.others) result.windows += static_cast<int>(view.windows.size());
  result.pixels.assign(task.penalty.size(), 0);
  result.resize_seconds = scored.resize_seconds;
  result.network_seconds = scored.network_seconds;
  if (scored.on_device) {
    fill_labels(*scored.on_device, options, task, result);
  } else {
    const bool again = sink || options.min_area.value_or(0) > 0;
    ImageScores image_scores(task, options.refine, scored.input.data(), again);
    fill_labels(image_scores, options, task, result);
    if (sink) give_planes(image_scores, task, sink);
  }
  result.score_seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

std::vector<float> score_plane(const ScoredImage& scored, const SegmentOptions& options, std::size_t label) {
  auto task = task_of(scored, options);
  const auto pixels = static_cast<std::size_t>(task.image.height * task.image.width);
  ImageScores image_scores(task, options.refine, scored.input.data(), true);
  std::vector<float> plane(pixels);
  if (options.refine == Refinement::kPamr || options.min_area.value_or(0) > 0) {
    Segmentation unused;
    unused.pixels.assign(task.penalty.size(), 0);
    fill_labels(image_scores, options, task, unused);
    if (std::isinf(task.penalty[label])) return plane;
  }
  image_scores.planes(label, 1, plane.data());
  return plane;
}

}  // namespace relprompt::segmenter
