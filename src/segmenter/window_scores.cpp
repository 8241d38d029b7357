#include "segmenter/window_scores.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "kernels/softmax.h"

namespace relprompt::segmenter {
namespace {

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
  if (averages_logits(options)) {
    for (std::int64_t i = 0; i < images.batch * names * patches; ++i) scores[i] *= scale;
    return;
  }
  for (std::int64_t b = 0; b < images.batch; ++b) {
    kernels::softmax_columns(scores + b * names * patches, names, patches, scale);
  }
}

}  // namespace

void WindowCount::tell() const {
  if (!progress || progress(static_cast<int>(done), static_cast<int>(all))) return;
  throw Error(ErrorCode::kCancelled,
              fmt::format("the caller stopped the work after {} of {} windows", done, all));
}

bool averages_logits(const SegmentOptions& options) {
  return options.mean == WindowMean::kLogits;
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

std::size_t window_batch(const PatchScorer& scorer, const SegmentOptions& options) {
  return options.window_batch > 0 ? static_cast<std::size_t>(options.window_batch) : scorer.batch();
}

std::vector<float> score_windows(PatchScorer& scorer, const std::vector<float>& input, image::Size size,
                                 const std::vector<Window>& windows, const ClassEmbeddings& classes,
                                 const SegmentOptions& options, WindowCount& count) {
  const auto batch = window_batch(scorer, options);
  const auto height = windows.front().height, width = windows.front().width;
  const auto each = classes.texts().count * scorer.grid_of(height, width).size();
  std::vector<float> scores(windows.size() * static_cast<std::size_t>(each));
  std::vector<float> crops(std::min(batch, windows.size()) * static_cast<std::size_t>(3 * height * width));
  for (std::size_t begin = 0; begin < windows.size(); begin += batch) {
    count.tell();
    const auto together = std::min(batch, windows.size() - begin);
    float* to = crops.data();
    for (std::size_t i = begin; i < begin + together; ++i) {
      const Window& w = windows[i];
      for (std::int64_t row = 0; row < 3 * height; ++row) {
        const auto c = row / height, y = w.y + row % height;
        to = std::copy_n(input.data() + (c * size.height + y) * size.width + w.x, width, to);
      }
    }
    score_patches(scorer, {crops.data(), static_cast<std::int64_t>(together), height, width}, classes,
                  options, scores.data() + begin * static_cast<std::size_t>(each));
    count.done += together;
  }
  return scores;
}

}  // namespace relprompt::segmenter
