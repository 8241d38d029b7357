#include "image_look.h"

#include <algorithm>

namespace relprompt::test {

image::Color at(const Image& image, int y, int x) {
  const auto i =
      (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)) * 3;
  return {image.rgb.at(i), image.rgb.at(i + 1), image.rgb.at(i + 2)};
}

int count(const Image& image, image::Color color) {
  return count(image, {0, 0, image.width, image.height}, color);
}

int count(const Image& image, const cv::Rect& part, image::Color color) {
  int found = 0;
  for (int y = part.y; y < part.y + part.height; ++y) {
    for (int x = part.x; x < part.x + part.width; ++x) found += at(image, y, x) == color ? 1 : 0;
  }
  return found;
}

int ink(const Image& image, const cv::Rect& part) {
  int found = 0;
  for (int y = part.y; y < part.y + part.height; ++y) {
    for (int x = part.x; x < part.x + part.width; ++x) {
      const image::Color color = at(image, y, x);
      const auto [low, high] = std::minmax({color.red, color.green, color.blue});
      found += high < 140 && high - low < 20 ? 1 : 0;
    }
  }
  return found;
}

cv::Rect drawn_part(const Image& image) {
  cv::Rect part;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (at(image, y, x) != image::Color{255, 255, 255}) part |= cv::Rect(x, y, 1, 1);
    }
  }
  return part;
}

bool whole(const Image& image) {
  return image.height > 0 && image.width > 0 &&
         image.rgb.size() ==
             static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3;
}

Image filled(int height, int width, image::Color color) {
  Image image{height, width, {}};
  for (int i = 0; i < height * width; ++i) {
    image.rgb.insert(image.rgb.end(), {color.red, color.green, color.blue});
  }
  return image;
}

LabelMap filled_map(int height, int width, std::uint16_t label) {
  return {height, width, std::vector<std::uint16_t>(static_cast<std::size_t>(height * width), label)};
}

ClassList numbered_classes(std::size_t count) {
  ClassList classes;
  for (std::size_t i = 0; i < count; ++i) classes.names.push_back({"class " + std::to_string(i)});
  return classes;
}

}  // namespace relprompt::test
