#include "world/scene_sheet.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "image/draw_text.h"
#include "image/palette.h"
#include "world/caption.h"
#include "world/scene.h"

namespace relprompt::world {
namespace {

constexpr int kImage = 192, kGap = 14, kCapitals = 8, kLine = 15, kLines = 3;
constexpr image::Color kInk{36, 38, 43};

/// Copies an image to (left, top), every pixel as a square of scale x scale.
void paste(const Image& image, int scale, int left, int top, Image& page) {
  for (int y = 0; y < image.height * scale; ++y) {
    for (int x = 0; x < image.width * scale; ++x) {
      const std::size_t from = 3 * static_cast<std::size_t>(y / scale * image.width + x / scale);
      const std::size_t to = 3 * static_cast<std::size_t>((top + y) * page.width + left + x);
      std::copy_n(&image.rgb[from], 3, &page.rgb[to]);
    }
  }
}

Image in_colors(const LabelMap& labels) {
  Image image{labels.height, labels.width, {}};
  for (const std::uint16_t label : labels.labels) {
    const image::Color color = image::color_of(label);
    image.rgb.insert(image.rgb.end(), {color.red, color.green, color.blue});
  }
  return image;
}

/// Lines of at most `width` pixels, broken at blanks.
std::vector<std::string> wrapped(std::string text, int width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::size_t end = text.size();
    while (image::text_width(text.substr(0, end), kCapitals) > width) {
      const std::size_t blank = text.rfind(' ', end - 1);
      if (blank == std::string::npos || blank == 0) break;
      end = blank;
    }
    lines.push_back(image::shortened(text.substr(0, end), kCapitals, width));
    text.erase(0, std::min(text.size(), end + 1));
  }
  return lines;
}

}  // namespace

Image draw_scene_sheet(std::uint64_t seed, const Options& options) {
  check(options);
  const int scale = std::max(1, kImage / options.size), side = options.size * scale;
  const int cell_width = 2 * side + kGap, cell_height = side + kLines * kLine + kGap;
  Image page{kGap + kSheetRows * cell_height, kGap + kSheetColumns * (cell_width + kGap), {}};
  page.rgb.assign(3 * static_cast<std::size_t>(page.height) * static_cast<std::size_t>(page.width), 255);
  for (int at = 0; at < kSheetColumns * kSheetRows; ++at) {
    const auto index = static_cast<std::uint64_t>(at);
    const Scene scene = make_scene(seed, index, options);
    const int left = kGap + at % kSheetColumns * (cell_width + kGap);
    const int top = kGap + at / kSheetColumns * cell_height;
    paste(scene.image, scale, left, top, page);
    paste(in_colors(scene.labels), scale, left + side + 2, top, page);
    int baseline = top + side + kLine;
    for (const std::string& line : wrapped(caption(scene, index).text, cell_width - kGap)) {
      image::draw_text(page, left, baseline, line, kCapitals, kInk);
      baseline += kLine;
    }
  }
  return page;
}

}  // namespace relprompt::world
