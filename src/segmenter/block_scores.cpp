#include "segmenter/block_scores.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "segmenter/sliding_window.h"
#include "segmenter/window_scores.h"

namespace relprompt::segmenter {
namespace {

using Clock = std::chrono::steady_clock;

/// True if a window of the strip that begins at (window.y, from) holds a pixel with data.
bool has_data(const RectanglePixels& strip, std::int64_t from, const Window& window) {
  if (strip.valid.empty()) return true;
  for (std::int64_t row = 0; row < window.height; ++row) {
    const auto* valid = strip.valid.data() + row * strip.image.width + window.x - from;
    if (std::any_of(valid, valid + window.width, [](std::uint8_t value) { return value != 0; })) return true;
  }
  return false;
}

void check_pixels(const RectanglePixels& pixels, const Rectangle& where) {
  const auto count = static_cast<std::size_t>(where.height) * static_cast<std::size_t>(where.width);
  if (pixels.image.height == where.height && pixels.image.width == where.width &&
      pixels.image.rgb.size() == count * 3 && (pixels.valid.empty() || pixels.valid.size() == count)) {
    return;
  }
  throw Error(ErrorCode::kBadArgument,
              fmt::format("the reader of pixels gave {}x{} with {} bytes; expected {}x{}", pixels.image.width,
                          pixels.image.height, pixels.image.rgb.size(), where.width, where.height));
}

}  // namespace

Rectangle BlockGrid::block(std::int64_t index) const {
  const std::int64_t y = index / across() * side, x = index % across() * side;
  return {y, x, static_cast<int>(std::min<std::int64_t>(side, height - y)),
          static_cast<int>(std::min<std::int64_t>(side, width - x))};
}

std::int64_t BlockGrid::last_of(const Window& window) const {
  return (window.y + window.height - 1) / side * across() + (window.x + window.width - 1) / side;
}

BlockScores::BlockScores(const BlockGrid& blocks, const SegmentOptions& options, std::size_t keep_bytes)
    : blocks_(blocks),
      windows_{WindowAxis(blocks.height, options.window, options.stride),
               WindowAxis(blocks.width, options.window, options.stride)},
      keep_bytes_(keep_bytes) {}

BlockScores::Part BlockScores::part_of(const Rectangle& block) const {
  return {windows_.rows.touching(block.y, block.y + block.height - 1),
          windows_.columns.touching(block.x, block.x + block.width - 1)};
}

ScoredImage BlockScores::score(std::int64_t block, const WindowScoring& scoring,
                               const RectangleReader& reader, const WindowProgress& progress) {
  const auto start = Clock::now();
  const Rectangle where = blocks_.block(block);
  const Part part = part_of(where);
  drop_unneeded(block);
  compute_missing(part, scoring, reader, progress);
  for (auto row = part.rows.begin; row < part.rows.end; ++row) {
    for (auto column = part.columns.begin; column < part.columns.end; ++column)
      kept_.at(windows_.index(row, column)).used_last = block;
  }
  ScoredImage result;
  result.task = task_of(where, part, scoring);
  result.network_seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

/// The windows of a block whose scores are not there, row by row, so that a row is read once.
void BlockScores::compute_missing(const Part& part, const WindowScoring& scoring,
                                  const RectangleReader& reader, const WindowProgress& progress) {
  WindowCount count{progress};
  std::vector<std::vector<std::int64_t>> missing;
  for (auto row = part.rows.begin; row < part.rows.end; ++row) {
    auto& columns = missing.emplace_back();
    for (auto column = part.columns.begin; column < part.columns.end; ++column) {
      if (kept_.count(windows_.index(row, column)) == 0) columns.push_back(column);
    }
    count.all += columns.size();
  }
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (missing[i].empty()) continue;
    count.tell();
    compute_row(part.rows.begin + static_cast<std::int64_t>(i), missing[i], scoring, reader);
    count.done += missing[i].size();
  }
  count.tell();
}

void BlockScores::compute_row(std::int64_t row, const std::vector<std::int64_t>& columns,
                              const WindowScoring& scoring, const RectangleReader& reader) {
  const Window first = windows_.window(row, columns.front()), last = windows_.window(row, columns.back());
  const Rectangle where = {first.y, first.x, static_cast<int>(first.height),
                           static_cast<int>(last.x + last.width - first.x)};
  const RectanglePixels strip = reader(where);
  check_pixels(strip, where);
  std::vector<Window> windows;  // with data, in the strip
  std::vector<Kept*> to;
  for (const auto column : columns) {
    Window window = windows_.window(row, column);
    Kept& kept = kept_[windows_.index(row, column)];
    if (!has_data(strip, where.x, window)) continue;
    window.y = 0;
    window.x -= where.x;
    windows.push_back(window);
    to.push_back(&kept);  // stays where it is when others are added
  }
  if (windows.empty()) return;
  const WindowProgress unheard;
  WindowCount count{unheard};
  const auto scores =
      score_windows(scoring.scorer, network_input(strip.image, scoring.config.image),
                    {where.height, where.width}, windows, scoring.classes, scoring.options, count);
  const auto each = static_cast<std::ptrdiff_t>(scores.size() / windows.size());
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto begin = scores.begin() + static_cast<std::ptrdiff_t>(i) * each;
    to[i]->scores.assign(begin, begin + each);
  }
  computed_ += static_cast<std::int64_t>(to.size());
}

/// The block as an image of its own: windows that begin before it have negative places there.
kernels::LabelTask BlockScores::task_of(const Rectangle& block, const Part& part,
                                        const WindowScoring& scoring) {
  const auto grid = scoring.scorer.grid_of(windows_.rows.size(), windows_.columns.size());
  nothing_.resize(static_cast<std::size_t>(scoring.classes.texts().count * grid.size()));
  kernels::LabelTask task;
  for (auto row = part.rows.begin; row < part.rows.end; ++row) {
    for (auto column = part.columns.begin; column < part.columns.end; ++column) {
      const Window window = windows_.window(row, column);
      const auto& scores = kept_.at(windows_.index(row, column)).scores;
      task.windows.push_back(
          {scores.empty() ? nothing_.data() : scores.data(), window.y - block.y, window.x - block.x});
    }
  }
  task.patches = {grid.height, grid.width};
  task.window = {windows_.rows.size(), windows_.columns.size()};
  task.resized = task.image = {block.height, block.width};
  task.first = scoring.classes.first;
  task.score_activation = averages_logits(scoring.options) ? kernels::ScoreActivation::kSoftmaxOfMean
                                                           : scoring.scorer.score_activation();
  return task;
}

/// Scores that no block from this one on touches go at once; others where they take too much memory, those
/// that were used last the longest time ago first.
void BlockScores::drop_unneeded(std::int64_t block) {
  std::size_t bytes = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> by_age;
  for (auto kept = kept_.begin(); kept != kept_.end();) {
    const auto across = windows_.columns.count();
    const auto window = windows_.window(kept->first / across, kept->first % across);
    if (blocks_.last_of(window) < block) {
      kept = kept_.erase(kept);
      continue;
    }
    bytes += kept->second.scores.size() * sizeof(float);
    by_age.emplace_back(kept->second.used_last, kept->first);
    ++kept;
  }
  if (bytes <= keep_bytes_) return;
  std::sort(by_age.begin(), by_age.end());
  for (const auto& [used, index] : by_age) {
    if (bytes <= keep_bytes_) break;
    const auto found = kept_.find(index);
    bytes -= found->second.scores.size() * sizeof(float);
    kept_.erase(found);
  }
}

}  // namespace relprompt::segmenter
