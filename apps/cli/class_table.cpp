#include "class_table.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "terminal.h"

namespace relprompt::cli {
namespace {

constexpr std::size_t kMostRows = 60, kWorst = 20;
constexpr int kWidestName = 40;

/// Labels of the rows, in their order.
std::vector<std::size_t> rows_of(const std::vector<ClassResult>& classes) {
  std::vector<std::size_t> labels(classes.size());
  std::iota(labels.begin(), labels.end(), 0);
  if (labels.size() <= kMostRows) return labels;
  const auto last =
      std::remove_if(labels.begin(), labels.end(), [&](std::size_t i) { return !classes[i].iou; });
  labels.erase(last, labels.end());
  std::stable_sort(labels.begin(), labels.end(),
                   [&](std::size_t a, std::size_t b) { return *classes[a].iou < *classes[b].iou; });
  labels.resize(std::min(labels.size(), kWorst));
  return labels;
}

}  // namespace

std::string class_table(const std::vector<ClassResult>& classes) {
  const auto labels = rows_of(classes);
  double pixels = 0;
  int columns = 5;
  for (const ClassResult& result : classes) pixels += static_cast<double>(result.pixels);
  for (const std::size_t i : labels) columns = std::max(columns, display_width(printable(classes[i].name)));
  columns = std::min(columns, kWidestName);
  const bool split = !classes.empty() && classes.front().seen.has_value();
  std::string text = fmt::format("{}  {}IoU %  pixels %", pad("class", columns), split ? "split   " : "");
  for (const std::size_t i : labels) {
    const ClassResult& result = classes[i];
    const double share = pixels > 0 ? 100 * static_cast<double>(result.pixels) / pixels : 0;
    text += fmt::format("\n{}  {}{:>5}  {:>8.2f}", pad(fit(printable(result.name), columns), columns),
                        !split         ? ""
                        : *result.seen ? "seen    "
                                       : "unseen  ",
                        result.iou ? fmt::format("{:.1f}", *result.iou * 100) : "-", share);
  }
  if (labels.size() < classes.size()) {
    text += fmt::format("\nthe {} lowest of {} classes; report.md has all", labels.size(), classes.size());
  }
  return text;
}

}  // namespace relprompt::cli
