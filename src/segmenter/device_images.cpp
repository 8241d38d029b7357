#include "segmenter/device_images.h"

#include <chrono>
#include <utility>

#include "image/resize.h"
#include "segmenter/image_views.h"
#include "segmenter/label_decision.h"
#include "segmenter/window_scores.h"

namespace relprompt::segmenter {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// An image of a job, before it is computed.
struct Prepared {
  View view;
  Image resized;
  kernels::LabelTask task;  ///< with penalties
};

bool one_window_size(const View& a, const View& b) {
  return a.windows.front().height == b.windows.front().height &&
         a.windows.front().width == b.windows.front().width;
}

/// The task of an image's only view; its windows have places alone.
kernels::LabelTask device_task(const PatchScorer& scorer, const View& view, const ClassEmbeddings& classes,
                               const Image& image, const SegmentOptions& options) {
  std::vector<float> none;
  auto task = label_task(scorer, {label_view(scorer, view, 0, none)}, classes, image, options);
  task.penalty = penalties(options, classes.classes());
  return task;
}

/// Computes images [first, end), whose windows have one size.
void compute_job(PatchScorer& scorer, const model::ModelConfig& config, const ClassEmbeddings& classes,
                 const SegmentOptions& options, const Prepared* first, const Prepared* end,
                 WindowCount& count, ScoredImage* results) {
  const auto start = Clock::now();
  const auto before = count.done;
  const auto tell = [&](std::size_t windows) {
    count.done = before + windows;
    count.tell();
  };
  DeviceJob job{
      {}, config.image, classes, first_rule(options, classes.classes()), window_batch(scorer, options), tell};
  std::size_t windows = 0;
  for (const auto* image = first; image != end; ++image) {
    job.images.push_back({image->resized, image->view.windows, image->task});
    windows += image->view.windows.size();
  }
  auto scores = scorer.score_on_device(job);
  count.done = before + windows;
  const double each = seconds_since(start) / static_cast<double>(scores.size());
  for (auto& image : scores) {
    results->on_device = std::move(image);
    results++->network_seconds = each;
  }
}

}  // namespace

bool stays_on_device(const PatchScorer& scorer, const SegmentOptions& options, bool planes) {
  return scorer.keeps_scores() && !planes && options.refine == Refinement::kNone &&
         options.mean == WindowMean::kByModel && options.scales.size() < 2 && !options.flip;
}

std::vector<ScoredImage> score_on_device(PatchScorer& scorer, const model::ModelConfig& config,
                                         const ClassEmbeddings& classes,
                                         const std::vector<const Image*>& images,
                                         const SegmentOptions& options, const WindowProgress& progress) {
  std::vector<Prepared> prepared;
  std::vector<ScoredImage> results(images.size());
  WindowCount count{progress};
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto start = Clock::now();
    const Image& image = *images[i];
    check_image(image);
    auto view = std::move(views_of(image, options).front());
    auto resized = image::resize(image, view.size.height, view.size.width);
    auto task = device_task(scorer, view, classes, image, options);
    count.all += view.windows.size();
    results[i].task = task;
    prepared.push_back({std::move(view), std::move(resized), std::move(task)});
    results[i].resize_seconds = seconds_since(start);
  }
  for (std::size_t begin = 0, end = 0; begin < prepared.size(); begin = end) {
    while (end < prepared.size() && one_window_size(prepared[begin].view, prepared[end].view)) ++end;
    compute_job(scorer, config, classes, options, prepared.data() + begin, prepared.data() + end, count,
                results.data() + begin);
  }
  count.tell();
  return results;
}

}  // namespace relprompt::segmenter
