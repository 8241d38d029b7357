#include "image/region_names.h"

#include <algorithm>
#include <opencv2/core/types.hpp>

#include "image/draw_text.h"
#include "image/name_places.h"
#include "image/palette.h"

namespace relprompt::image {
namespace {

constexpr Color kWhite{255, 255, 255}, kBlack{16, 17, 20};
constexpr int kSmallestText = 9, kLargestText = 60;  // height of capitals
constexpr int kWidestName = 22;                      // capitals, as in the legend

bool is_dark(Color color) {
  return 299 * color.red + 587 * color.green + 114 * color.blue < 150 * 1000;
}

/// The title as it is written: a very long one ends with an ellipsis.
std::string name_of(const ClassList& classes, std::uint16_t label) {
  return shortened(drawable(classes.title(label)), kSmallestText, kWidestName * kSmallestText);
}

/// The letters with their rim and a pixel of distance to the region's border.
cv::Rect box_of(const std::string& name, int height) {
  const TextBox box = text_box(name, height);
  if (box.width == 0 || box.height == 0) return {};
  const int margin = rim_of(height) + 1;
  return {box.left - margin, box.top - margin, box.width + 2 * margin, box.height + 2 * margin};
}

NameShape shape_of(const std::string& name) {
  // In the smallest letters margins are largest, measured by their height.
  const cv::Rect box = box_of(name, kSmallestText);
  return {static_cast<double>(box.height) / kSmallestText, static_cast<double>(box.width) / kSmallestText};
}

/// Writes a name into the middle of its place, in the largest letters that are not too large for the image.
void write_name(Image& image, const cv::Rect& place, const std::string& name, Color color) {
  int height = std::clamp(std::min(image.height, image.width) / 22, kSmallestText, kLargestText);
  cv::Rect box = box_of(name, height);
  while (height > kSmallestText && (box.width > place.width || box.height > place.height))
    box = box_of(name, --height);
  if (box.width > place.width || box.height > place.height) return;
  const int x = place.x + (place.width - box.width) / 2 - box.x;
  const int baseline = place.y + (place.height - box.height) / 2 - box.y;
  const bool dark = is_dark(color);
  draw_rimmed_text(image, x, baseline, name, height, dark ? kWhite : kBlack, dark ? kBlack : kWhite);
}

}  // namespace

void write_region_names(Image& image, const LabelMap& map, const ClassList& classes) {
  const auto shape = [&](std::uint16_t label) { return shape_of(name_of(classes, label)); };
  for (const auto& [label, place] : name_places(map, kSmallestText, shape))
    write_name(image, place, name_of(classes, label), color_of(label));
}

}  // namespace relprompt::image
