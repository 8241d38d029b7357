#include "segmenter/image_views.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "segmenter/sliding_window.h"
#include "segmenter/window_scores.h"

namespace relprompt::segmenter {

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

void mirror_rows(std::vector<float>& values, std::int64_t width) {
  for (auto row = values.begin(); row != values.end(); row += width) std::reverse(row, row + width);
}

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

void check_image(const Image& image) {
  const bool sized = image.height > 0 && image.width > 0 &&
                     image.rgb.size() == static_cast<std::size_t>(image.height) * image.width * 3;
  if (!sized) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("an image of {}x{} with {} bytes; expected height * width * 3", image.width,
                            image.height, image.rgb.size()));
  }
}

}  // namespace relprompt::segmenter
