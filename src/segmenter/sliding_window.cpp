#include "segmenter/sliding_window.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "relprompt/error.h"

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

/// One look at the image: at a size, perhaps mirrored.
struct View {
  image::Size size;
  bool mirrored = false;
  std::vector<Window> windows;
};

/// Each scale, and beside it its mirrored twin, in the order of mmsegmentation's MultiScaleFlipAug.
std::vector<View> views_of(const Image& image, const SegmentOptions& options) {
  std::vector<View> views;
  const auto scales = options.scales.empty() ? std::vector<double>{1} : options.scales;
  for (const double scale : scales) {
    const auto size = resized_size(image, options, scale);
    views.push_back({size, false, windows_of(size, options)});
    if (options.flip) views.push_back({size, true, views.back().windows});
  }
  return views;
}

/// Every row of `width` numbers the other way round.
void mirror_rows(std::vector<float>& values, std::int64_t width) {
  for (auto row = values.begin(); row != values.end(); row += width) std::reverse(row, row + width);
}

/// What label_tiles and score planes are made from. Scores of a mirrored view become those of the image as it
/// is, and so do the places of its windows: bilinear resizing does not know left from right.
kernels::LabelView label_view(const PatchScorer& scorer, const View& view, std::int64_t rows,
                              std::vector<float>& scores) {
  const auto& windows = view.windows;
  const auto grid = scorer.grid_of(windows.front().height, windows.front().width);
  if (view.mirrored) mirror_rows(scores, grid.width);
  kernels::LabelView result;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const auto x = view.mirrored ? view.size.width - windows[i].x - windows[i].width : windows[i].x;
    result.windows.push_back(
        {scores.data() + static_cast<std::int64_t>(i) * rows * grid.size(), windows[i].y, x});
  }
  result.patches = {grid.height, grid.width};
  result.window = {windows.front().height, windows.front().width};
  result.resized = {view.size.height, view.size.width};
  return result;
}

kernels::LabelTask label_task(const PatchScorer& scorer, std::vector<kernels::LabelView> views,
                              const ClassEmbeddings& classes, const Image& image,
                              const SegmentOptions& options) {
  kernels::LabelTask task;
  task.windows = std::move(views.front().windows);
  task.patches = views.front().patches;
  task.window = views.front().window;
  task.resized = views.front().resized;
  views.erase(views.begin());
  task.others = std::move(views);
  task.image = {image.height, image.width};
  task.first = classes.first;
  task.score_activation =
      averages_logits(options) ? kernels::ScoreActivation::kSoftmaxOfMean : scorer.score_activation();
  return task;
}

/// The scores of a view's windows, computed where its pixels changed.
std::vector<float> reuse_windows(WindowReuse& reuse, std::size_t number, const Image& resized,
                                 const View& view, const ComputeWindows& compute, WindowCount& count) {
  auto& memory = reuse.views[number];
  auto scores = memory.scores(resized, view.mirrored, view.windows, reuse.tolerance, compute);
  count.done += static_cast<std::size_t>(memory.reused());
  return scores;
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

namespace {

/// Where labels are all that is wanted, and of scores that the network makes.
bool stays_on_device(const PatchScorer& scorer, const SegmentOptions& options, const ScoreSink& sink) {
  return scorer.keeps_scores() && !sink && options.refine == Refinement::kNone &&
         options.mean == WindowMean::kByModel && options.scales.size() < 2 && !options.flip;
}

/// score_image with scores that stay on the device.
ScoredImage score_on_device(PatchScorer& scorer, const model::ModelConfig& config,
                            const ClassEmbeddings& classes, const Image& image, const SegmentOptions& options,
                            const WindowProgress& progress) {
  check_image(image);
  ScoredImage result;
  const View view = views_of(image, options).front();
  auto start = Clock::now();
  const Image resized = image::resize(image, view.size.height, view.size.width);
  result.resize_seconds = seconds_since(start);
  start = Clock::now();
  WindowCount count{progress, view.windows.size()};
  const auto tell = [&](std::size_t windows) {
    count.done = windows;
    count.tell();
  };
  result.on_device = scorer.score_on_device(
      {resized, config.image, view.windows, classes, window_batch(scorer, options), tell});
  tell(count.all);
  std::vector<float> none;  // the windows of the task have places alone
  result.task = label_task(scorer, {label_view(scorer, view, 0, none)}, classes, image, options);
  result.network_seconds = seconds_since(start);
  return result;
}

}  // namespace

Segmentation segment_image(PatchScorer& scorer, const model::ModelConfig& config,
                           const ClassEmbeddings& classes, const Image& image, const SegmentOptions& options,
                           const ScoreSink& sink, const WindowProgress& progress) {
  const auto scored = stays_on_device(scorer, options, sink)
                          ? score_on_device(scorer, config, classes, image, options, progress)
                          : score_image(scorer, config, classes, image, options, progress);
  return label_image(scored, options, sink);
}

}  // namespace relprompt::segmenter
