#include "analysis/canvas.h"

#include <cmath>
#include <new>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "image/draw_text.h"

namespace relprompt::analysis {
namespace {

int shift_of(const std::string& text, int height, Align align) {
  if (align == Align::kLeft) return 0;
  const int width = image::text_width(text, height);
  return align == Align::kCenter ? width / 2 : width;
}

}  // namespace

void require_drawable(std::int64_t height, std::int64_t width) {
  const auto most = static_cast<std::int64_t>(kMaxDecodedPixels);
  if (height <= 0 || width <= 0 || height > most / width) {
    throw Error(ErrorCode::kImageTooLarge,
                fmt::format("cannot draw an image of {}x{} pixels, the most are {}", width, height, most),
                "show fewer rows, or make them smaller");
  }
}

Image blank_canvas(std::int64_t height, std::int64_t width) {
  require_drawable(height, width);
  try {
    Image canvas;
    canvas.height = static_cast<int>(height);
    canvas.width = static_cast<int>(width);
    canvas.rgb.assign(static_cast<std::size_t>(height * width * 3), 255);
    return canvas;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kOutOfMemory,
                fmt::format("not enough memory for an image of {}x{} pixels", width, height));
  }
}

void require_image(const Image& image, const std::string& what) {
  const auto pixels = static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
  if (image.height > 0 && image.width > 0 && image.rgb.size() == 3 * pixels) return;
  throw Error(ErrorCode::kBadArgument, fmt::format("{} of {}x{} pixels with {} bytes is no image", what,
                                                   image.width, image.height, image.rgb.size()));
}

void require_range(const char* what, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw Error(ErrorCode::kBadArgument, fmt::format("{} must be {} to {}, not {}", what, low, high, value));
}

cv::Mat pixels_of(Image& image) {
  return {image.height, image.width, CV_8UC3, image.rgb.data()};
}

cv::Mat pixels_of(const Image& image) {
  return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data())};
}

cv::Scalar scalar(image::Color color) {
  return {double(color.red), double(color.green), double(color.blue)};
}

image::Color mixed(image::Color from, image::Color to, double share) {
  const auto mix = [share](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(a + (b - a) * share));
  };
  return {mix(from.red, to.red), mix(from.green, to.green), mix(from.blue, to.blue)};
}

void paste(Image& canvas, int x, int y, const Image& image) {
  cv::Mat to = pixels_of(canvas);
  const cv::Rect part = cv::Rect(x, y, image.width, image.height) & cv::Rect({}, to.size());
  if (part.empty()) return;
  pixels_of(image)(cv::Rect(part.tl() - cv::Point(x, y), part.size())).copyTo(to(part));
}

void put_text(Image& canvas, int x, int baseline, const std::string& text, int height, image::Color color,
              Align align) {
  image::draw_text(canvas, x - shift_of(text, height, align), baseline, text, height, color);
}

void put_upright_text(Image& canvas, int x, int y, const std::string& text, int height, image::Color color,
                      Align align) {
  const int above = height + height / 4 + 1, below = height / 2;  // of the baseline: ascenders, descenders
  Image strip = blank_canvas(above + below, image::text_width(text, height) + 2);
  image::draw_text(strip, 1, above, text, height, color);
  Image turned = blank_canvas(strip.width, strip.height);
  cv::Mat to = pixels_of(turned);
  cv::rotate(pixels_of(strip), to, cv::ROTATE_90_COUNTERCLOCKWISE);
  paste(canvas, x - above, y + shift_of(text, height, align) - turned.height, turned);
}

}  // namespace relprompt::analysis
