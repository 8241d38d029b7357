#include "segmenter/sliding_window.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/stage_timer.h"
#include "kernels/softmax.h"
#include "segmenter/image_scores.h"
#include "segmenter/label_decision.h"
#include "segmenter/windows.h"

namespace relprompt::segmenter {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

std::vector<float> network_input(const Image& image, const model::Normalisation& normalisation) {
  const auto plane = static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
  std::vector<float> input(3 * plane);
  for (std::size_t c = 0; c < 3; ++c) {
    const float mean = normalisation.mean[c], deviation = normalisation.std[c];
    float* to = input.data() + c * plane;
    for (std::size_t i = 0; i < plane; ++i)
      to[i] = (static_cast<float>(image.rgb[3 * i + c]) - mean) / deviation;
  }
  return input;
}

namespace {

bool of_mean(const SegmentOptions& options) {
  return options.mean == WindowMean::kLogits;
}

/// What is averaged: of a bare CLIP logits, or their softmax over the names at each patch; else mask logits.
void score_patches(PatchScorer& scorer, const engine::Images& images, const ClassEmbeddings& classes,
                   const SegmentOptions& options, float* scores) {
  if (options.mean == WindowMean::kByModel) {  // of a model with prompts
    scorer.patch_scores(images, classes, scores);
    return;
  }
  scorer.cosines(images, classes, scores);
  const auto patches = scorer.grid_of(images.height, images.width).size(), names = classes.texts().count;
  const float scale = options.logit_scale > 0 ? options.logit_scale : scorer.logit_scale();
  if (of_mean(options)) {
    for (std::int64_t i = 0; i < images.batch * names * patches; ++i) scores[i] *= scale;
    return;
  }
  for (std::int64_t b = 0; b < images.batch; ++b) {
    kernels::softmax_columns(scores + b * names * patches, names, patches, scale);
  }
}

/// Patch scores of every window, [windows, S, h, w]. Windows of one image share a size, so they batch.
std::vector<float> score_windows(PatchScorer& scorer, const std::vector<float>& input, image::Size size,
                                 const std::vector<Window>& windows, const ClassEmbeddings& classes,
                                 const SegmentOptions& options) {
  const auto batch =
      options.window_batch > 0 ? static_cast<std::size_t>(options.window_batch) : scorer.batch();
  const auto height = windows.front().height, width = windows.front().width;
  const auto each = classes.texts().count * scorer.grid_of(height, width).size();
  std::vector<float> scores(windows.size() * static_cast<std::size_t>(each));
  std::vector<float> crops(std::min(batch, windows.size()) * static_cast<std::size_t>(3 * height * width));
  for (std::size_t begin = 0; begin < windows.size(); begin += batch) {
    const auto count = std::min(batch, windows.size() - begin);
    float* to = crops.data();
    for (std::size_t i = begin; i < begin + count; ++i) {
      const Window& w = windows[i];
      for (std::int64_t row = 0; row < 3 * height; ++row) {
        const auto c = row / height, y = w.y + row % height;
        to = std::copy_n(input.data() + (c * size.height + y) * size.width + w.x, width, to);
      }
    }
    score_patches(scorer, {crops.data(), static_cast<std::int64_t>(count), height, width}, classes, options,
                  scores.data() + begin * static_cast<std::size_t>(each));
  }
  return scores;
}

std::vector<float> penalties(const SegmentOptions& options, std::size_t classes) {
  std::vector<float> penalty(classes, 0.0f);
  for (const auto label : options.seen) penalty[label] = options.calibration;
  return penalty;
}

/// What label_tiles and score planes are made from.
kernels::LabelTask label_task(const PatchScorer& scorer, const std::vector<float>& scores,
                              const std::vector<Window>& windows, const ClassEmbeddings& classes,
                              image::Size resized, const Image& image, const SegmentOptions& options) {
  const auto grid = scorer.grid_of(windows.front().height, windows.front().width);
  const auto each = classes.texts().count * grid.size();
  kernels::LabelTask task;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    task.windows.push_back({scores.data() + static_cast<std::int64_t>(i) * each, windows[i].y, windows[i].x});
  }
  task.patches = {grid.height, grid.width};
  task.window = {windows.front().height, windows.front().width};
  task.resized = {resized.height, resized.width};
  task.image = {image.height, image.width};
  task.first = classes.first;
  task.penalty = penalties(options, classes.classes());
  task.score_activation =
      of_mean(options) ? kernels::ScoreActivation::kSoftmaxOfMean : scorer.score_activation();
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

std::vector<Window> windows_of(image::Size size, const SegmentOptions& options) {
  if (options.window == kWholeImage) {
    // Attention looks at all pairs of patches: an image of a strange shape would take hours.
    constexpr std::int64_t kMostPixels = 2048 * 2048;
    const std::int64_t height = size.height, width = size.width;
    if (height * width > kMostPixels) {
      throw Error(ErrorCode::kImageTooLarge,
                  fmt::format("the whole image would be one window of {}x{} pixels; at most {} are computed "
                              "at once",
                              width, height, kMostPixels),
                  "choose a smaller --short-side, or windows with --window");
    }
    return {{0, 0, height, width}};
  }
  return sliding_windows(size.height, size.width, options.window, options.stride);
}

void check_image(const Image& image) {
  const bool sized = image.height > 0 && image.width > 0 &&
                     image.rgb.size() == static_cast<std::size_t>(image.height) * image.width * 3;
  if (!sized) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("an image of {}x{} with {} bytes; expected height * width * 3", image.width,
                            image.height, image.rgb.size()));
  }
}

}  // namespace

image::Size resized_size(const Image& image, const SegmentOptions& options) {
  const auto size = image::shorter_side_to(image.height, image.width, options.short_side);
  const auto pixels = static_cast<std::uint64_t>(size.height) * static_cast<std::uint64_t>(size.width);
  if (pixels > options.max_pixels) {
    throw Error(
        ErrorCode::kImageTooLarge,
        fmt::format("an image of {}x{} becomes {}x{} = {} pixels when its shorter side is resized to {}; the "
                    "limit is {}",
                    image.width, image.height, size.width, size.height, pixels, options.short_side,
                    options.max_pixels),
        "crop it, choose a smaller --short-side, or raise --max-pixels");
  }
  return size;
}

Segmentation segment_image(PatchScorer& scorer, const model::ModelConfig& config,
                           const ClassEmbeddings& classes, const Image& image, const SegmentOptions& options,
                           const ScoreSink& sink) {
  check_image(image);
  Segmentation result;
  result.labels.height = image.height;
  result.labels.width = image.width;
  result.pixels.assign(classes.classes(), 0);

  auto start = Clock::now();
  const auto size = resized_size(image, options);
  result.resized_height = size.height;
  result.resized_width = size.width;
  const auto input = network_input(image::resize(image, size.height, size.width), config.image);
  result.resize_seconds = seconds_since(start);

  start = Clock::now();
  const auto windows = windows_of(size, options);
  result.windows = static_cast<int>(windows.size());
  const auto scores = score_windows(scorer, input, size, windows, classes, options);
  result.network_seconds = seconds_since(start);

  start = Clock::now();
  const StageTimer timer(Stage::kResize);
  auto task = label_task(scorer, scores, windows, classes, size, image, options);
  const bool again = sink || options.min_area.value_or(0) > 0;
  ImageScores image_scores(task, options.refine, input.data(), again);
  fill_labels(image_scores, options, task, result);
  if (sink) give_planes(image_scores, task, sink);
  result.score_seconds = seconds_since(start);
  return result;
}

}  // namespace relprompt::segmenter
