#include "video_overlay.h"

#include <algorithm>
#include <cstring>

#include "relprompt/output.h"

#include "image/legend.h"

namespace relprompt::cli {
namespace {

/// Of more classes only those that are there are listed: the others would fill the legend.
constexpr std::size_t kAllListed = 12;

std::vector<image::LegendEntry> entries_of(const ClassList& classes, const Segmentation& result, bool all) {
  const auto pixels = static_cast<double>(result.labels.labels.size());
  std::vector<image::LegendEntry> entries;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    if (!all && result.pixels[label] == 0) continue;
    entries.push_back({image::color_of(static_cast<std::uint16_t>(label)), classes.title(label),
                       static_cast<double>(result.pixels[label]) / pixels});
  }
  if (result.unknown_pixels > 0) {
    entries.push_back({image::color_of(LabelMap::kUnknown), "unknown",
                       static_cast<double>(result.unknown_pixels) / pixels});
  }
  return entries;
}

/// Cut or filled up with the legend's paper at its right and lower end.
Image sized(const Image& image, int height, int width) {
  if (image.height == height && image.width == width) return image;
  Image result;
  result.height = height;
  result.width = width;
  result.rgb.assign(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 250);
  const auto row = 3 * static_cast<std::size_t>(std::min(width, image.width));
  for (int y = 0; y < std::min(height, image.height); ++y)
    std::memcpy(result.rgb.data() + 3 * static_cast<std::size_t>(y) * static_cast<std::size_t>(width),
                image.rgb.data() + 3 * static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width),
                row);
  return result;
}

}  // namespace

Image VideoOverlay::draw(const Image& frame, const Segmentation& result) {
  auto plain = options_;
  plain.legend = false;
  const Image drawn = draw_overlay(frame, result.labels, classes_, plain);
  if (!options_.legend) return drawn;
  const bool all = classes_.size() <= kAllListed;
  if (height_ == 0) {
    // As wide as the longest line that may come: every class, with all of the pixels.
    auto widest = entries_of(classes_, result, true);
    for (auto& entry : widest) entry.share = 1;
    const Image canvas = image::with_legend(drawn, widest);
    height_ = canvas.height;
    width_ = canvas.width;
  }
  return sized(image::with_legend(drawn, entries_of(classes_, result, all)), height_, width_);
}

}  // namespace relprompt::cli
