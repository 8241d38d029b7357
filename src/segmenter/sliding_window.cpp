#include "segmenter/sliding_window.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "kernels/softmax.h"
#include "segmenter/scored_image.h"
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

void tell(const WindowProgress& progress, std::size_t done, std::size_t all) {
  if (!progress || progress(static_cast<int>(done), static_cast<int>(all))) return;
  throw Error(ErrorCode::kCancelled,
              fmt::format("the caller stopped the work after {} of {} windows", done, all));
}

/// Patch scores of every window, [windows, S, h, w]. Windows of one image share a size, so they batch.
std::vector<float> score_windows(PatchScorer& scorer, const std::vector<float>& input, image::Size size,
                                 const std::vector<Window>& windows, const ClassEmbeddings& classes,
                                 const SegmentOptions& options, const WindowProgress& progress) {
  const auto batch =
      options.window_batch > 0 ? static_cast<std::size_t>(options.window_batch) : scorer.batch();
  const auto height = windows.front().height, width = windows.front().width;
  const auto each = classes.texts().count * scorer.grid_of(height, width).size();
  std::vector<float> scores(windows.size() * static_cast<std::size_t>(each));
  std::vector<float> crops(std::min(batch, windows.size()) * static_cast<std::size_t>(3 * height * width));
  for (std::size_t begin = 0; begin < windows.size(); begin += batch) {
    tell(progress, begin, windows.size());
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
  tell(progress, windows.size(), windows.size());
  return scores;
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
  task.score_activation =
      of_mean(options) ? kernels::ScoreActivation::kSoftmaxOfMean : scorer.score_activation();
  return task;
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

ScoredImage score_image(PatchScorer& scorer, const model::ModelConfig& config, const ClassEmbeddings& classes,
                        const Image& image, const SegmentOptions& options, const WindowProgress& progress) {
  check_image(image);
  ScoredImage result;
  auto start = Clock::now();
  const auto size = resized_size(image, options);
  result.input = network_input(image::resize(image, size.height, size.width), config.image);
  result.resize_seconds = seconds_since(start);

  start = Clock::now();
  const auto windows = windows_of(size, options);
  result.scores = score_windows(scorer, result.input, size, windows, classes, options, progress);
  result.network_seconds = seconds_since(start);
  result.task = label_task(scorer, result.scores, windows, classes, size, image, options);
  return result;
}

Segmentation segment_image(PatchScorer& scorer, const model::ModelConfig& config,
                           const ClassEmbeddings& classes, const Image& image, const SegmentOptions& options,
                           const ScoreSink& sink, const WindowProgress& progress) {
  return label_image(score_image(scorer, config, classes, image, options, progress), options, sink);
}

}  // namespace relprompt::segmenter
