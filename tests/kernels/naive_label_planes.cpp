#include "naive_label_planes.h"

#include <algorithm>
#include <cmath>

namespace relprompt::kernels {
namespace {

/// Bilinear resize of one plane in double, written from the definition.
std::vector<double> resized(const std::vector<double>& plane, ImageSize from, ImageSize to) {
  const auto at = [](std::int64_t i, std::int64_t inputs, std::int64_t outputs) {
    const double place =
        (static_cast<double>(i) + 0.5) * static_cast<double>(inputs) / static_cast<double>(outputs) - 0.5;
    return std::min(std::max(place, 0.0), static_cast<double>(inputs - 1));
  };
  std::vector<double> out;
  for (std::int64_t y = 0; y < to.height; ++y) {
    for (std::int64_t x = 0; x < to.width; ++x) {
      const double v = at(y, from.height, to.height), u = at(x, from.width, to.width);
      const auto y0 = static_cast<std::int64_t>(v), x0 = static_cast<std::int64_t>(u);
      const auto y1 = std::min(y0 + 1, from.height - 1), x1 = std::min(x0 + 1, from.width - 1);
      const auto value = [&](std::int64_t r, std::int64_t c) {
        return plane[static_cast<std::size_t>(r * from.width + c)];
      };
      const double b = v - static_cast<double>(y0), a = u - static_cast<double>(x0);
      out.push_back((1 - b) * ((1 - a) * value(y0, x0) + a * value(y0, x1)) +
                    b * ((1 - a) * value(y1, x0) + a * value(y1, x1)));
    }
  }
  return out;
}

/// log of the sum of e^x over all rows, at a window's pixels.
std::vector<double> log_totals(const LabelTask& task, const WindowScores& window) {
  const auto patches = task.patches.height * task.patches.width;
  std::vector<double> totals(static_cast<std::size_t>(task.window.height * task.window.width), 0);
  for (std::size_t row = 0; row < task.first.back(); ++row) {
    const float* scores = window.patches + static_cast<std::int64_t>(row) * patches;
    const auto plane = resized({scores, scores + patches}, task.patches, task.window);
    for (std::size_t i = 0; i < plane.size(); ++i) totals[i] += std::exp(plane[i]);
  }
  for (auto& total : totals) total = std::log(total);
  return totals;
}

double activated(ScoreActivation score_activation, double score, double log_total) {
  const bool later = score_activation == ScoreActivation::kSoftmaxOfMean;  // at the image's pixels
  if (score_activation == ScoreActivation::kNone || later) return score;
  return score_activation == ScoreActivation::kSigmoid ? 1 / (1 + std::exp(-score))
                                                       : std::exp(score - log_total);
}

/// Mean probability of a row over the windows, at the resized size.
std::vector<double> averaged(const LabelTask& task, std::size_t row) {
  const auto pixels = static_cast<std::size_t>(task.resized.height * task.resized.width);
  std::vector<double> sum(pixels, 0), count(pixels, 0);
  for (const auto& window : task.windows) {
    const auto patches = task.patches.height * task.patches.width;
    const float* scores = window.patches + static_cast<std::int64_t>(row) * patches;
    const auto plane = resized({scores, scores + patches}, task.patches, task.window);
    const auto totals = log_totals(task, window);
    for (std::int64_t y = 0; y < task.window.height; ++y) {
      for (std::int64_t x = 0; x < task.window.width; ++x) {
        const auto from = static_cast<std::size_t>(y * task.window.width + x);
        const auto to = static_cast<std::size_t>((window.y + y) * task.resized.width + window.x + x);
        sum[to] += activated(task.score_activation, plane[from], totals[from]);
        count[to] += 1;
      }
    }
  }
  for (std::size_t i = 0; i < pixels; ++i) sum[i] /= count[i];
  return sum;
}

/// Planes of kSoftmaxOfMean: every row goes to the image, then softmax, then the best row of a class.
std::vector<std::vector<double>> planes_of_mean(const LabelTask& task) {
  std::vector<std::vector<double>> rows;
  for (std::size_t row = 0; row < task.first.back(); ++row)
    rows.push_back(resized(averaged(task, row), task.resized, task.image));
  std::vector<std::vector<double>> planes(task.penalty.size(), std::vector<double>(rows.front().size()));
  for (std::size_t i = 0; i < rows.front().size(); ++i) {
    double most = rows[0][i], total = 0;
    for (const auto& row : rows) most = std::max(most, row[i]);
    for (const auto& row : rows) total += std::exp(row[i] - most);
    for (std::size_t c = 0; c < planes.size(); ++c) {
      double best = 0;
      for (auto row = task.first[c]; row < task.first[c + 1]; ++row)
        best = std::max(best, std::exp(rows[row][i] - most) / total);
      planes[c][i] = best - static_cast<double>(task.penalty[c]);
    }
  }
  return planes;
}

}  // namespace

std::vector<std::vector<double>> naive_planes(const LabelTask& task) {
  if (task.score_activation == ScoreActivation::kSoftmaxOfMean) return planes_of_mean(task);
  std::vector<std::vector<double>> planes;
  for (std::size_t c = 0; c < task.penalty.size(); ++c) {
    auto best = averaged(task, task.first[c]);
    for (auto row = task.first[c] + 1; row < task.first[c + 1]; ++row) {
      const auto other = averaged(task, row);
      for (std::size_t i = 0; i < best.size(); ++i) best[i] = std::max(best[i], other[i]);
    }
    for (auto& value : best) value -= task.penalty[c];
    planes.push_back(resized(best, task.resized, task.image));
  }
  return planes;
}

}  // namespace relprompt::kernels
