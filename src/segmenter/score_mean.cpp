#include "segmenter/score_mean.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "segmenter/state_bytes.h"
#include "video/consistency.h"

namespace relprompt::segmenter {
namespace {

/// What all views have in common to look at: the first one lies in the task itself.
struct View {
  const std::vector<kernels::WindowScores>& windows;
  kernels::ImageSize patches, window, resized;
};

View view_of(const kernels::LabelTask& task, std::size_t number) {
  if (number == 0) return {task.windows, task.patches, task.window, task.resized};
  const auto& other = task.others[number - 1];
  return {other.windows, other.patches, other.window, other.resized};
}

/// A place in the resized frame, in pixels from its upper left corner.
struct Place {
  double x = 0, y = 0;
};

/// Where patches came from by the motion of the pixels in them.
class Origins {
 public:
  Origins(const Motion& motion, const kernels::LabelTask& task) : motion_(motion) {
    if (motion.height != task.image.height || motion.width != task.image.width) {
      throw Error(ErrorCode::kBadArgument, fmt::format("motion of {}x{} for a frame of {}x{}", motion.width,
                                                       motion.height, task.image.width, task.image.height));
    }
    trusted_ = video::consistent_pixels(motion);
  }

  /// The place in the frame before of the middle of a rectangle of the resized frame.
  std::optional<Place> of(const View& view, Place corner, double height, double width) const {
    const double down = static_cast<double>(motion_.height) / static_cast<double>(view.resized.height);
    const double across = static_cast<double>(motion_.width) / static_cast<double>(view.resized.width);
    const int top = first(corner.y * down, motion_.height), left = first(corner.x * across, motion_.width);
    const int bottom = last((corner.y + height) * down, top, motion_.height);
    const int right = last((corner.x + width) * across, left, motion_.width);
    std::vector<float> steps_x, steps_y;
    for (int y = top; y < bottom; ++y) {
      for (int x = left; x < right; ++x) {
        const auto pixel = static_cast<std::size_t>(y) * static_cast<std::size_t>(motion_.width) +
                           static_cast<std::size_t>(x);
        if (trusted_[pixel] == 0) continue;
        steps_x.push_back(motion_.backward[2 * pixel]);
        steps_y.push_back(motion_.backward[2 * pixel + 1]);
      }
    }
    const auto pixels = static_cast<std::size_t>(bottom - top) * static_cast<std::size_t>(right - left);
    if (steps_x.empty() || 2 * steps_x.size() < pixels) return std::nullopt;
    return Place{corner.x + width / 2 + median(steps_x) / across,
                 corner.y + height / 2 + median(steps_y) / down};
  }

 private:
  static int first(double place, int length) { return std::clamp(static_cast<int>(place), 0, length - 1); }
  static int last(double place, int begin, int length) {
    return std::clamp(static_cast<int>(std::ceil(place)), begin + 1, length);
  }
  static double median(std::vector<float>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  const Motion& motion_;
  std::vector<std::uint8_t> trusted_;
};

/// The window that a place is looked up in: the one asked about if it holds it, else the first that does.
std::optional<std::size_t> window_at(const View& view, Place place, std::size_t preferred) {
  const auto holds = [&](const kernels::WindowScores& window) {
    const double x = place.x - static_cast<double>(window.x), y = place.y - static_cast<double>(window.y);
    return x >= 0 && y >= 0 && x <= static_cast<double>(view.window.width) &&
           y <= static_cast<double>(view.window.height);
  };
  if (holds(view.windows[preferred])) return preferred;
  const auto found = std::find_if(view.windows.begin(), view.windows.end(), holds);
  if (found == view.windows.end()) return std::nullopt;
  return static_cast<std::size_t>(found - view.windows.begin());
}

/// Four patches of a window around a place, with their weights.
struct Corners {
  std::size_t at[4];
  float weight[4];
};

Corners corners_of(const View& view, const kernels::WindowScores& window, Place place) {
  const auto rows = view.patches.height, columns = view.patches.width;
  const auto along = [](double value, std::int64_t length) {
    return std::clamp(value, 0.0, static_cast<double>(length - 1));
  };
  const double x = along((place.x - static_cast<double>(window.x)) * static_cast<double>(columns) /
                                 static_cast<double>(view.window.width) -
                             0.5,
                         columns);
  const double y = along((place.y - static_cast<double>(window.y)) * static_cast<double>(rows) /
                                 static_cast<double>(view.window.height) -
                             0.5,
                         rows);
  const auto left = static_cast<std::int64_t>(x), top = static_cast<std::int64_t>(y);
  const auto right = std::min(left + 1, columns - 1), bottom = std::min(top + 1, rows - 1);
  const auto across = static_cast<float>(x - static_cast<double>(left)),
             down = static_cast<float>(y - static_cast<double>(top));
  const auto at = [&](std::int64_t row, std::int64_t column) {
    return static_cast<std::size_t>(row * columns + column);
  };
  return {{at(top, left), at(top, right), at(bottom, left), at(bottom, right)},
          {(1 - across) * (1 - down), across * (1 - down), (1 - across) * down, across * down}};
}

/// mean: of the frame before, [windows, rows, patches]; scores are replaced.
void mix_moved(const View& view, const std::vector<float>& mean, float past, const Origins& origins,
               std::vector<float>& scores) {
  const auto grid = static_cast<std::size_t>(view.patches.height * view.patches.width);
  const auto rows = scores.size() / view.windows.size() / grid;
  const double height = static_cast<double>(view.window.height) / static_cast<double>(view.patches.height);
  const double width = static_cast<double>(view.window.width) / static_cast<double>(view.patches.width);
  for (std::size_t w = 0; w < view.windows.size(); ++w) {
    const auto& window = view.windows[w];
    for (std::size_t patch = 0; patch < grid; ++patch) {
      const auto columns = static_cast<std::size_t>(view.patches.width);
      const Place corner{static_cast<double>(window.x) + static_cast<double>(patch % columns) * width,
                         static_cast<double>(window.y) + static_cast<double>(patch / columns) * height};
      const auto from = origins.of(view, corner, height, width);
      const auto there = from ? window_at(view, *from, w) : std::nullopt;
      if (!there) continue;
      const Corners corners = corners_of(view, view.windows[*there], *from);
      for (std::size_t row = 0; row < rows; ++row) {
        const float* before = mean.data() + (*there * rows + row) * grid;
        float moved = 0;
        for (int i = 0; i < 4; ++i) moved += corners.weight[i] * before[corners.at[i]];
        float& score = scores[(w * rows + row) * grid + patch];
        score = past * moved + (1 - past) * score;
      }
    }
  }
}

}  // namespace

void ScoreMean::apply(ScoredImage& scored, double past, const Motion* motion) {
  bool fits = means_.size() == scored.scores.size();
  for (std::size_t v = 0; fits && v < means_.size(); ++v) fits = means_[v].size() == scored.scores[v].size();
  if (fits) {
    std::optional<Origins> origins;
    if (motion != nullptr) origins.emplace(*motion, scored.task);
    const auto weight = static_cast<float>(past);
    for (std::size_t v = 0; v < means_.size(); ++v) {
      auto& scores = scored.scores[v];
      if (origins) {
        mix_moved(view_of(scored.task, v), means_[v], weight, *origins, scores);
      } else {
        for (std::size_t i = 0; i < scores.size(); ++i)
          scores[i] = weight * means_[v][i] + (1 - weight) * scores[i];
      }
    }
  }
  means_ = scored.scores;
}

void ScoreMean::save(std::string& bytes) const {
  put(bytes, static_cast<std::uint64_t>(means_.size()));
  for (const auto& mean : means_) put(bytes, mean);
}

void ScoreMean::load(StateReader& bytes) {
  std::uint64_t views = 0;
  bytes.get(views);
  if (views > 1000) StateReader::fail();
  means_.assign(static_cast<std::size_t>(views), {});
  for (auto& mean : means_) bytes.get(mean);
}

}  // namespace relprompt::segmenter
