#include "analysis/label_image.h"

#include <opencv2/imgproc.hpp>

#include "analysis/canvas.h"
#include "image/palette.h"

namespace relprompt::analysis {
namespace {

// Shrinking averages, so that thin things fade and do not come and go; `enlarge` is for growing.
Image scaled(const Image& image, cv::Size size, int enlarge) {
  Image result = blank_canvas(size.height, size.width);
  cv::Mat to = pixels_of(result);
  cv::resize(pixels_of(image), to, size, 0, 0, size.height < image.height ? cv::INTER_AREA : enlarge);
  return result;
}

Image colors_of(const LabelMap& map) {
  Image colors = blank_canvas(map.height, map.width);
  std::uint8_t* pixel = colors.rgb.data();
  for (const std::uint16_t label : map.labels) {
    const image::Color color = image::color_of(label);
    *pixel++ = color.red;
    *pixel++ = color.green;
    *pixel++ = color.blue;
  }
  return colors;
}

// The hatching is drawn at the size shown, or it would blur with the rest.
void hatch_unlabelled(Image& colors, const LabelMap& map, Hatch hatch) {
  const auto shown = [](int i, int size, int stored) {
    return static_cast<std::size_t>((2LL * i + 1) * stored / (2LL * size));
  };
  std::uint8_t* pixel = colors.rgb.data();
  for (int y = 0; y < colors.height; ++y) {
    const std::uint16_t* row =
        map.labels.data() + shown(y, colors.height, map.height) * static_cast<std::size_t>(map.width);
    for (int x = 0; x < colors.width; ++x, pixel += 3) {
      if (row[shown(x, colors.width, map.width)] != LabelMap::kUnknown) continue;
      const image::Color color = hatched_at(x, y, hatch);
      pixel[0] = color.red;
      pixel[1] = color.green;
      pixel[2] = color.blue;
    }
  }
}

}  // namespace

Image scaled_image(const Image& image, cv::Size size) {
  return scaled(image, size, cv::INTER_LINEAR);
}

Image labels_over(const Image& image, const LabelMap& map, float alpha, Hatch hatch) {
  Image colors = scaled(colors_of(map), {image.width, image.height}, cv::INTER_NEAREST);
  hatch_unlabelled(colors, map, hatch);
  cv::Mat result = pixels_of(colors);
  cv::addWeighted(result, alpha, pixels_of(image), 1 - alpha, 0, result);
  return colors;
}

}  // namespace relprompt::analysis
