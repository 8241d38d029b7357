#include "image/augment_colors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/imgproc.hpp>

#include "image/guard.h"

namespace relprompt::image {
namespace {

using Table = std::array<std::uint8_t, 256>;

// One multiplication or one addition a value, never both: no compiler can fuse them into other results.
template <class Change>
Table table_of(Change change) {
  Table table;
  for (std::size_t value = 0; value < table.size(); ++value) {
    table[value] = static_cast<std::uint8_t>(std::clamp(change(static_cast<float>(value)), 0.0f, 255.0f));
  }
  return table;
}

Table times(double factor) {
  return table_of([alpha = static_cast<float>(factor)](float value) { return value * alpha; });
}

void change_brightness(Image& image, const ColorOptions& options, AugmentDraws& draws) {
  if (!draws.coin()) return;
  const auto beta = static_cast<float>(draws.between(-options.brightness, options.brightness));
  const Table table = table_of([beta](float value) { return value + beta; });
  for (std::uint8_t& value : image.rgb) value = table[value];
}

void change_contrast(Image& image, const ColorOptions& options, AugmentDraws& draws) {
  if (!draws.coin()) return;
  const Table table = times(draws.between(options.min_contrast, options.max_contrast));
  for (std::uint8_t& value : image.rgb) value = table[value];
}

// Applies a table to one channel of the image's HSV form.
void change_hsv(Image& image, std::size_t channel, const Table& table) {
  guarded(ErrorCode::kInternal, "change the colours of an image", [&] {
    cv::Mat rgb(image.height, image.width, CV_8UC3, image.rgb.data());
    cv::Mat hsv;
    cv::cvtColor(rgb, hsv, cv::COLOR_RGB2HSV);
    std::uint8_t* value = hsv.ptr<std::uint8_t>() + channel;
    for (std::size_t i = 0; i < hsv.total(); ++i, value += 3) *value = table[*value];
    cv::cvtColor(hsv, rgb, cv::COLOR_HSV2RGB);
  });
}

void change_saturation(Image& image, const ColorOptions& options, AugmentDraws& draws) {
  if (!draws.coin()) return;
  change_hsv(image, 1, times(draws.between(options.min_saturation, options.max_saturation)));
}

void change_hue(Image& image, const ColorOptions& options, AugmentDraws& draws) {
  if (!draws.coin() || options.hue == 0) return;
  constexpr int kCircle = 180;
  const int shift = draws.integer(-options.hue, options.hue);
  Table table;
  for (int hue = 0; hue < 256; ++hue) {
    table[static_cast<std::size_t>(hue)] = static_cast<std::uint8_t>((hue + shift + kCircle) % kCircle);
  }
  change_hsv(image, 0, table);
}

}  // namespace

void distort_colors(Image& image, const ColorOptions& options, AugmentDraws& draws) {
  change_brightness(image, options, draws);
  const bool contrast_first = draws.coin();
  if (contrast_first) change_contrast(image, options, draws);
  change_saturation(image, options, draws);
  change_hue(image, options, draws);
  if (!contrast_first) change_contrast(image, options, draws);
}

}  // namespace relprompt::image
