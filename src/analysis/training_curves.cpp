#include "analysis/training_curves.h"

#include <algorithm>

#include "analysis/chart.h"

namespace relprompt::analysis {
namespace {

constexpr std::size_t kMeans = 60;  // means over a sixtieth of the run on either side

Chart chart_of(const char* title, const char* y_label, std::vector<Series> series) {
  Chart chart;
  chart.title = title;
  chart.x_label = "iteration";
  chart.y_label = y_label;
  chart.series = std::move(series);
  return chart;
}

double last_iteration(const TrainingLog& log) {
  double last = log.loss.x.empty() ? 0 : log.loss.x.back();
  for (const Series& score : log.scores) last = std::max(last, score.x.back());
  return last;
}

}  // namespace

Image draw_training_curves(const TrainingLog& log) {
  std::vector<Series> losses = {log.loss};
  // A single part is the loss itself.
  if (log.parts.size() > 1) losses.insert(losses.end(), log.parts.begin(), log.parts.end());
  std::vector<Chart> charts = {chart_of("Loss", "loss", std::move(losses)),
                               chart_of("Learning rates", "rate", log.rates)};
  charts[0].log_y = true;
  if (!log.scores.empty()) charts.push_back(chart_of("Scores", "percent", log.scores));
  std::vector<Image> images;
  ChartOptions options;
  options.smooth = log.loss.x.size() / kMeans;
  for (Chart& chart : charts) {
    chart.x_also = {0, last_iteration(log)};
    images.push_back(draw_chart(chart, options));
    options.smooth = 0;
  }
  return stack(images);
}

}  // namespace relprompt::analysis
