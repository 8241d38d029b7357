#include "formats/mask_runs.h"

#include <algorithm>

namespace relprompt::formats {
namespace {

/// Calls f(label, run) for every run of equal labels, unknown ones too, in the order of pixels.
template <class Function>
void for_each_run(const LabelMap& map, PixelOrder order, Function&& f) {
  const auto height = static_cast<std::size_t>(map.height), width = static_cast<std::size_t>(map.width);
  const bool columns = order == PixelOrder::kColumns;
  const std::size_t lines = columns ? width : height, length = columns ? height : width;
  const std::size_t line_step = columns ? 1 : width, step = columns ? width : 1;
  std::uint16_t label = map.labels[0];
  std::uint32_t start = 0, number = 0;
  for (std::size_t line = 0; line < lines; ++line) {
    const std::uint16_t* pixel = map.labels.data() + line * line_step;
    for (std::size_t i = 0; i < length; ++i, ++number, pixel += step) {
      if (*pixel == label) continue;
      f(label, Run{start, number - start});
      label = *pixel;
      start = number;
    }
  }
  f(label, Run{start, number - start});
}

}  // namespace

MaskRuns::MaskRuns(const LabelMap& map, PixelOrder order)
    : order_(order),
      height_(static_cast<std::uint32_t>(map.height)),
      width_(static_cast<std::uint32_t>(map.width)) {
  std::vector<std::size_t> next(LabelMap::kUnknown);  // [label] its runs, then where the next one goes
  for_each_run(map, order, [&](std::uint16_t label, Run) {
    if (label != LabelMap::kUnknown) ++next[label];
  });
  std::size_t all = 0;
  for (std::size_t label = 0; label < next.size(); ++label) {
    if (next[label] == 0) continue;
    labels_.push_back(static_cast<std::uint16_t>(label));
    begin_.push_back(all);
    const std::size_t count = next[label];
    next[label] = all;
    all += count;
  }
  begin_.push_back(all);
  runs_.resize(all);
  for_each_run(map, order, [&](std::uint16_t label, Run run) {
    if (label != LabelMap::kUnknown) runs_[next[label]++] = run;
  });
}

std::uint64_t MaskRuns::pixels(std::size_t i) const {
  std::uint64_t sum = 0;
  for (auto [run, end] = runs(i); run != end; ++run) sum += run->length;
  return sum;
}

Box MaskRuns::box(std::size_t i) const {
  const bool columns = order_ == PixelOrder::kColumns;
  const std::uint32_t length = columns ? height_ : width_;  // of a line
  std::uint32_t first_line = 0xFFFFFFFF, last_line = 0, first = 0xFFFFFFFF, last = 0;
  for (auto [run, end] = runs(i); run != end; ++run) {
    const std::uint32_t back = run->start + (run->length - 1);
    const std::uint32_t from = run->start / length, to = back / length;
    first_line = std::min(first_line, from);
    last_line = std::max(last_line, to);
    // A run that goes on in the next line touches both ends of lines.
    first = std::min(first, from == to ? run->start % length : 0);
    last = std::max(last, from == to ? back % length : length - 1);
  }
  const std::uint32_t lines = last_line - first_line + 1, across = last - first + 1;
  return columns ? Box{first_line, first, lines, across} : Box{first, first_line, across, lines};
}

}  // namespace relprompt::formats
