#include "segmenter/score_planes.h"

#include <algorithm>

#include "base/stage_timer.h"
#include "kernels/label_tiles.h"

namespace relprompt::segmenter {
namespace {

// 16 planes of 512 x 683 pixels; a chunk stays near the last-level cache and far below a window's own memory.
constexpr std::int64_t kChunkElements = 16 * 512 * 683;

/// How often each pixel is covered. -> [1, H, W].
torch::Tensor coverage(const std::vector<Window>& windows, nn::Grid size,
                       const torch::TensorOptions& options) {
  auto count = torch::zeros({1, size.height, size.width}, options);
  for (const Window& w : windows) count.narrow(1, w.y, w.height).narrow(2, w.x, w.width).add_(1);
  return count;
}

/// Largest row of each class. planes [rows, H, W] of the rows first[begin] .. first[end] - 1 -> [end - begin,
/// H, W].
torch::Tensor best_names(const torch::Tensor& planes, const ClassEmbeddings& classes, std::size_t begin,
                         std::size_t end) {
  if (classes.first[end] - classes.first[begin] == end - begin) return planes;
  std::vector<torch::Tensor> best;
  for (std::size_t c = begin; c < end; ++c) {
    const auto start = static_cast<std::int64_t>(classes.first[c] - classes.first[begin]);
    const auto rows = static_cast<std::int64_t>(classes.first[c + 1] - classes.first[c]);
    best.push_back(planes.narrow(0, start, rows).amax(0));
  }
  return torch::stack(best);
}

/// Patch scores [S, h, w] of a window as probabilities of its pixels, some rows at a time.
class WindowPlanes {
 public:
  /// `chunk` rows at a time are worked on.
  WindowPlanes(const torch::Tensor& scores, nn::Grid size, kernels::Squash squash, std::int64_t chunk)
      : scores_(scores), size_(size), squash_(squash) {
    if (squash != kernels::Squash::kSoftmax) return;
    for (std::int64_t row = 0; row < scores.size(0); row += chunk) {
      const auto part = logits(row, std::min(chunk, scores.size(0) - row)).logsumexp(0);
      log_total_ = log_total_.defined() ? at::logaddexp(log_total_, part) : part;
    }
  }

  /// -> [rows, height, width] of the rows from `first` on.
  torch::Tensor probabilities(std::int64_t first, std::int64_t rows) const {
    const auto planes = logits(first, rows);
    if (squash_ == kernels::Squash::kNone) return planes;
    return squash_ == kernels::Squash::kSigmoid ? planes.sigmoid() : (planes - log_total_).exp();
  }

 private:
  torch::Tensor logits(std::int64_t first, std::int64_t rows) const {
    return nn::resize_maps(scores_.narrow(0, first, rows).unsqueeze(0), size_)[0];
  }

  torch::Tensor scores_;
  nn::Grid size_;
  kernels::Squash squash_;
  torch::Tensor log_total_;  ///< [height, width] of what softmax divides by
};

/// The labels alone, tile by tile on the CPU.
BestLabels labels_by_tiles(const Network& network, const std::vector<torch::Tensor>& patch_scores,
                           const std::vector<Window>& windows, const ClassEmbeddings& classes,
                           const PlaneRequest& request) {
  const auto size_of = [](nn::Grid grid) { return kernels::ImageSize{grid.height, grid.width}; };
  std::vector<torch::Tensor> contiguous;
  kernels::LabelTask task;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    contiguous.push_back(patch_scores[i].to(torch::kFloat32).contiguous());
    task.windows.push_back({contiguous.back().data_ptr<float>(), windows[i].y, windows[i].x});
  }
  task.patches = {contiguous.front().size(1), contiguous.front().size(2)};
  task.window = {windows.front().height, windows.front().width};
  task.resized = size_of(request.resized);
  task.photo = size_of(request.photo);
  task.first = classes.first;
  task.penalty = request.penalty;
  task.squash = network.squash();
  BestLabels best;
  best.label = torch::empty({request.photo.height, request.photo.width}, torch::kInt32);
  best.score = torch::empty({request.photo.height, request.photo.width}, torch::kFloat32);
  kernels::label_tiles(task, best.label.data_ptr<std::int32_t>(), best.score.data_ptr<float>());
  return best;
}

}  // namespace

BestLabels best_labels(const Network& network, const std::vector<torch::Tensor>& patch_scores,
                       const std::vector<Window>& windows, const ClassEmbeddings& classes,
                       const PlaneRequest& request, const PlaneSink& sink) {
  const StageTimer timer(Stage::kResize);
  if (!sink && network.device().is_cpu()) {
    return labels_by_tiles(network, patch_scores, windows, classes, request);
  }
  const auto options = torch::TensorOptions().dtype(torch::kFloat32).device(network.device());
  const auto count = coverage(windows, request.resized, options);
  const auto penalty =
      torch::tensor(request.penalty, torch::kFloat32).to(network.device()).reshape({-1, 1, 1});
  const auto largest = std::max(request.resized.size(), request.photo.size());
  const auto chunk = static_cast<std::size_t>(std::max<std::int64_t>(1, kChunkElements / largest));

  std::vector<WindowPlanes> planes_of;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const nn::Grid size = {windows[i].height, windows[i].width};
    planes_of.emplace_back(patch_scores[i], size, network.squash(), static_cast<std::int64_t>(chunk));
  }

  BestLabels best;
  for (std::size_t begin = 0; begin < classes.classes(); begin += chunk) {
    const std::size_t end = std::min(begin + chunk, classes.classes());
    const auto row = static_cast<std::int64_t>(classes.first[begin]);
    const auto rows = static_cast<std::int64_t>(classes.first[end]) - row;
    auto sum = torch::zeros({rows, request.resized.height, request.resized.width}, options);
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const Window& w = windows[i];
      sum.narrow(1, w.y, w.height).narrow(2, w.x, w.width).add_(planes_of[i].probabilities(row, rows));
    }
    sum.div_(count);
    const auto first = static_cast<std::int64_t>(begin),
               classes_here = static_cast<std::int64_t>(end - begin);
    const auto calibrated = best_names(sum, classes, begin, end) - penalty.narrow(0, first, classes_here);
    const auto planes = nn::resize_maps(calibrated.unsqueeze(0), request.photo)[0];
    if (sink) sink(begin, planes.to(torch::kCPU).contiguous());
    const auto [score, index] = planes.max(0);
    const auto label = (index + first).to(torch::kInt32);
    if (!best.label.defined()) {
      best = {label, score};
    } else {
      const auto better = score > best.score;
      best.label = torch::where(better, label, best.label);
      best.score = torch::where(better, score, best.score);
    }
  }
  return best;
}

}  // namespace relprompt::segmenter
