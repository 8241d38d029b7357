#include "network/device_labels.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "relprompt/error.h"

#include "kernels/bilinear_axis.h"
#include "kernels/window_cover.h"
#include "network/transfer.h"
#include "nn/grid.h"

namespace relprompt::network {
namespace {

using kernels::ScoreActivation;

/// One axis of a bilinear resize.
class Axis {
 public:
  Axis(const kernels::BilinearAxis& axis, std::int64_t inputs, const torch::Device& device)
      : size_(axis.size()),
        same_(std::all_of(axis.weight.begin(), axis.weight.end(), [](float w) { return w == 0; })) {
    // Low indices rise from 0 to inputs - 1, so as many of them are all of them.
    identity_ = same_ && size_ == inputs;
    if (identity_) return;
    low_ = indices(axis.low, device);
    if (same_) return;
    high_ = indices(axis.high, device);
    weight_ = upload(axis.weight, {size_}, device);
  }

  /// x [..., inputs, columns] -> [..., size, columns]
  torch::Tensor rows(const torch::Tensor& x) const {
    return resize(x, -2, weight_.defined() ? weight_.unsqueeze(1) : weight_);
  }
  /// x [..., inputs] -> [..., size]
  torch::Tensor columns(const torch::Tensor& x) const { return resize(x, -1, weight_); }

 private:
  static torch::Tensor indices(const std::vector<std::int32_t>& values, const torch::Device& device) {
    return upload(values, {static_cast<std::int64_t>(values.size())}, device);
  }

  torch::Tensor resize(const torch::Tensor& x, std::int64_t dimension, const torch::Tensor& weight) const {
    if (identity_) return x;
    const auto low = x.index_select(dimension, low_);
    return same_ ? low : torch::lerp(low, x.index_select(dimension, high_), weight);
  }

  std::int64_t size_;
  bool same_;              ///< as the input, or a part of it
  bool identity_ = false;  ///< as the input
  torch::Tensor low_, high_, weight_;
};

/// A window where it covers a band: its patches, and where its pixels lie among the band's sources.
struct Cover {
  torch::Tensor patches;  ///< [S, h, w]
  Axis rows, columns;
  std::int64_t y, x, height, width;
  bool whole;               ///< all of the window's pixels
  torch::Tensor log_total;  ///< [height, width], of softmax

  /// Scores of some rows at the window's pixels, [count, height, width].
  torch::Tensor scores(std::int64_t first, std::int64_t count) const {
    const auto some = patches.narrow(0, first, count);
    // One pass over the result in place of six.
    if (whole) return nn::resize_maps(some.unsqueeze(0), {height, width})[0];
    return rows.rows(columns.columns(some));
  }
  torch::Tensor inside(const torch::Tensor& planes) const {
    return planes.narrow(-2, y, height).narrow(-1, x, width);
  }
};

/// A band of the image, its pixels from row `begin` to before `end`.
class Band {
 public:
  Band(const torch::Tensor& patches, const kernels::LabelTask& task, std::int64_t begin, std::int64_t end)
      : task_(task),
        device_(patches.device()),
        down_(kernels::axis_part(kernels::bilinear_axis(task.resized.height, task.image.height), begin, end)),
        across_(kernels::axis_part(kernels::bilinear_axis(task.resized.width, task.image.width), 0,
                                   task.image.width)),
        rows_(down_.axis, height(), device_),
        columns_(across_.axis, width(), device_) {
    const auto window_rows = kernels::bilinear_axis(task.patches.height, task.window.height);
    const auto window_columns = kernels::bilinear_axis(task.patches.width, task.window.width);
    share_ = torch::zeros({height(), width()}, patches.options());
    for (std::size_t i = 0; i < task.windows.size(); ++i) {
      const kernels::Covered y(window_rows, down_.sources, task.windows[i].y);
      const kernels::Covered x(window_columns, across_.sources, task.windows[i].x);
      if (y.part.size() == 0 || x.part.size() == 0) continue;
      covers_.push_back({patches[static_cast<std::int64_t>(i)],
                         Axis(y.part, task.patches.height, device_),
                         Axis(x.part, task.patches.width, device_),
                         y.begin,
                         x.begin,
                         y.part.size(),
                         x.part.size(),
                         y.part.size() == task.window.height && x.part.size() == task.window.width,
                         {}});
      covers_.back().inside(share_).add_(1);
    }
    share_.reciprocal_();
  }

  std::int64_t height() const { return static_cast<std::int64_t>(down_.sources.size()); }
  std::int64_t width() const { return static_cast<std::int64_t>(across_.sources.size()); }

  /// What softmax divides by, over all rows, some at a time.
  void find_totals(std::int64_t rows, std::int64_t together) {
    for (auto& cover : covers_) {
      for (std::int64_t first = 0; first < rows; first += together) {
        const auto part = cover.scores(first, std::min(together, rows - first)).logsumexp(0);
        cover.log_total = first == 0 ? part : torch::logaddexp(cover.log_total, part);
      }
    }
  }

  /// Scores of classes [first, end) at the band's pixels, penalties not taken off: [classes, rows, columns].
  torch::Tensor classes(std::size_t first, std::size_t end) const {
    const auto row = static_cast<std::int64_t>(task_.first[first]);
    const auto mean = average(row, static_cast<std::int64_t>(task_.first[end]) - row);
    if (mean.size(0) == static_cast<std::int64_t>(end - first)) return to_image(mean);
    std::vector<torch::Tensor> best;
    for (auto c = first; c < end; ++c) {
      const auto from = static_cast<std::int64_t>(task_.first[c]),
                 to = static_cast<std::int64_t>(task_.first[c + 1]);
      best.push_back(mean.narrow(0, from - row, to - from).amax(0));
    }
    return to_image(torch::stack(best));
  }

 private:
  /// planes [classes, height, width] of the resized image -> [classes, rows, columns] of the image.
  torch::Tensor to_image(const torch::Tensor& planes) const {
    const bool whole = down_.axis.size() == task_.image.height && height() == task_.resized.height &&
                       width() == task_.resized.width;
    if (!whole) return rows_.rows(columns_.columns(planes));
    return nn::resize_maps(planes.unsqueeze(0), {task_.image.height, task_.image.width})[0];
  }

  /// Mean over the windows of the probabilities of some rows, [count, height, width] of the resized image.
  torch::Tensor average(std::int64_t first, std::int64_t count) const {
    if (covers_.size() == 1) return probabilities(covers_.front(), first, count);
    auto sums = torch::zeros({count, height(), width()}, share_.options());
    for (const auto& cover : covers_) cover.inside(sums).add_(probabilities(cover, first, count));
    return sums.mul_(share_);
  }

  torch::Tensor probabilities(const Cover& cover, std::int64_t first, std::int64_t count) const {
    auto scores = cover.scores(first, count);
    if (task_.score_activation == ScoreActivation::kSigmoid) return scores.sigmoid_();
    if (task_.score_activation == ScoreActivation::kSoftmax) return scores.sub_(cover.log_total).exp_();
    return scores;
  }

  const kernels::LabelTask& task_;
  torch::Device device_;
  kernels::AxisPart down_, across_;  ///< resized image to result
  Axis rows_, columns_;
  std::vector<Cover> covers_;
  torch::Tensor share_;  ///< [height, width]: 1 / number of windows
};

/// Whether the options take something off the scores of classes [first, end).
bool any_penalty(const kernels::LabelTask& task, std::size_t first, std::size_t end) {
  const auto begin = task.penalty.begin();
  return std::any_of(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(end),
                     [](float penalty) { return penalty != 0; });
}

/// Classes [first, end) that have `rows` rows at most, and at least one of them.
std::size_t end_of_chunk(const kernels::LabelTask& task, std::size_t first, std::int64_t rows) {
  auto end = first + 1;
  while (end < task.penalty.size() &&
         static_cast<std::int64_t>(task.first[end + 1] - task.first[first]) <= rows)
    ++end;
  return end;
}

}  // namespace

DeviceLabels device_labels(const torch::Tensor& patches, const kernels::LabelTask& task,
                           std::int64_t most_numbers) {
  if (!task.others.empty() || task.score_activation == ScoreActivation::kSoftmaxOfMean)
    throw Error(ErrorCode::kInternal, "labels on a device of several views, or of a mean of logits");
  const torch::InferenceMode no_gradients;
  const std::vector<std::int64_t> size = {task.image.height, task.image.width};
  const auto numbers = patches.options();
  DeviceLabels result{torch::zeros(size, numbers.dtype(torch::kInt32)),
                      torch::full(size, -std::numeric_limits<float>::infinity(), numbers)};
  const auto penalty =
      upload(task.penalty, {static_cast<std::int64_t>(task.penalty.size()), 1, 1}, patches.device());
  const auto width = std::max(task.image.width, task.resized.width);
  const auto band_rows = std::clamp<std::int64_t>(most_numbers / (8 * width), 1, task.image.height);
  const auto together = std::max<std::int64_t>(most_numbers / (band_rows * width), 1);
  for (std::int64_t begin = 0; begin < task.image.height; begin += band_rows) {
    const auto end = std::min(begin + band_rows, task.image.height);
    Band band(patches, task, begin, end);
    if (task.score_activation == ScoreActivation::kSoftmax) band.find_totals(patches.size(1), together);
    auto label = result.label.narrow(0, begin, end - begin),
         score = result.score.narrow(0, begin, end - begin);
    for (std::size_t first = 0; first < task.penalty.size();) {
      const auto last = end_of_chunk(task, first, together);
      const auto count = static_cast<std::int64_t>(last - first);
      auto planes = band.classes(first, last);
      if (any_penalty(task, first, last)) {
        planes = planes - penalty.narrow(0, static_cast<std::int64_t>(first), count);
      }
      const auto [best, which] = planes.max(0);
      const auto better = best > score;  // of equal ones the first class
      label.copy_(torch::where(better, (which + static_cast<std::int64_t>(first)).to(torch::kInt32), label));
      score.copy_(torch::maximum(best, score));
      first = last;
    }
  }
  return result;
}

}  // namespace relprompt::network
