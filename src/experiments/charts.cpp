#include <limits>

#include "analysis/range_chart.h"
#include "experiments/report.h"
#include "image/image_files.h"

namespace relprompt::experiments {
namespace {

analysis::RangeMark mark_of(const Spread& spread) {
  if (spread.count == 0) return {};
  return {spread.mean * 100, spread.low * 100, spread.high * 100};
}

}  // namespace

std::filesystem::path chart_file(const std::filesystem::path& folder, const Table& table) {
  return folder / (table.key + ".png");
}

void write_charts(const Plan& plan, const std::vector<TableSummary>& tables,
                  const std::filesystem::path& folder) {
  for (const auto& summary : tables) {
    const auto& table = plan.suite.tables[summary.table];
    analysis::RangeChart chart;
    chart.title = table.title;
    chart.x_label = "mIoU in percent: mean, smallest and largest of the runs";
    chart.series = {"seen", "unseen", "harmonic mean"};
    const bool all = has_supervised_rows(summary);
    if (all) chart.series.insert(chart.series.begin(), "all classes");
    for (const auto& row : summary.rows) {
      const auto name = table.regimes.size() > 1 ? row.regime + ": " + row.name : row.name;
      chart.rows.push_back({name, {mark_of(row.seen), mark_of(row.unseen), mark_of(row.hiou)}});
      auto& marks = chart.rows.back().marks;
      if (all) marks.insert(marks.begin(), mark_of(row.miou));
    }
    image::write_png(chart_file(folder, table), analysis::draw_ranges(chart));
  }
}

}  // namespace relprompt::experiments
