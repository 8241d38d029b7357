#include "segmenter/sliding_window.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "segmenter/device_images.h"
#include "segmenter/image_views.h"
#include "segmenter/scored_image.h"
#include "segmenter/window_scores.h"

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

/// The scores of a view's windows, computed where its pixels changed.
std::vector<float> reuse_windows(WindowReuse& reuse, std::size_t number, const Image& resized,
                                 const View& view, const ComputeWindows& compute, WindowCount& count) {
  auto& memory = reuse.views[number];
  auto scores = memory.scores(resized, view.mirrored, view.windows, reuse.tolerance, compute);
  count.done += static_cast<std::size_t>(memory.reused());
  return scores;
}

}  // namespace

image::Size resized_size(const Image& image, const SegmentOptions& options, double scale) {
  const auto side = short_side_at(options.short_side, scale);
  const auto size = image::shorter_side_to(image.height, image.width, side);
  const auto pixels = static_cast<std::uint64_t>(size.height) * static_cast<std::uint64_t>(size.width);
  if (pixels > options.max_pixels) {
    throw Error(
        ErrorCode::kImageTooLarge,
        fmt::format("an image of {}x{} becomes {}x{} = {} pixels when its shorter side is resized to {}; the "
                    "limit is {}",
                    image.width, image.height, size.width, size.height, pixels, side, options.max_pixels),
        "crop it, choose a smaller --short-side or smaller --scales, or raise --max-pixels");
  }
  return size;
}

ScoredImage score_image(PatchScorer& scorer, const model::ModelConfig& config, const ClassEmbeddings& classes,
                        const Image& image, const SegmentOptions& options, const WindowProgress& progress,
                        WindowReuse* reuse) {
  check_image(image);
  ScoredImage result;
  const auto views = views_of(image, options);
  WindowCount count{progress};
  for (const auto& view : views) count.all += view.windows.size();
  std::vector<kernels::LabelView> label_views;
  result.scores.reserve(views.size());  // the views point into it
  if (reuse != nullptr && reuse->views.size() != views.size()) reuse->views.assign(views.size(), {});
  Image resized;
  std::vector<float> input;
  for (const auto& view : views) {
    auto start = Clock::now();
    if (view.mirrored) {
      mirror_rows(input, view.size.width);  // that of the view before, its twin
    } else {
      resized = image::resize(image, view.size.height, view.size.width);
      input = network_input(resized, config.image);
    }
    result.resize_seconds += seconds_since(start);

    start = Clock::now();
    const auto compute = [&](const std::vector<Window>& windows) {
      return score_windows(scorer, input, view.size, windows, classes, options, count);
    };
    auto& scores = result.scores.emplace_back(
        reuse == nullptr ? compute(view.windows)
                         : reuse_windows(*reuse, result.scores.size(), resized, view, compute, count));
    label_views.push_back(label_view(scorer, view, classes.texts().count, scores));
    result.network_seconds += seconds_since(start);
  }
  count.tell();
  if (options.refine == Refinement::kPamr) result.input = std::move(input);  // of the only view
  result.task = label_task(scorer, std::move(label_views), classes, image, options);
  return result;
}

Segmentation segment_image(PatchScorer& scorer, const model::ModelConfig& config,
                           const ClassEmbeddings& classes, const Image& image, const SegmentOptions& options,
                           const ScoreSink& sink, const WindowProgress& progress) {
  if (stays_on_device(scorer, options, sink != nullptr)) {
    return label_image(score_on_device(scorer, config, classes, {&image}, options, progress).front(), options,
                       {});
  }
  return label_image(score_image(scorer, config, classes, image, options, progress), options, sink);
}

}  // namespace relprompt::segmenter
