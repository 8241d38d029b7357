#include "analysis/heat_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "relprompt/error.h"

#include "analysis/canvas.h"
#include "image/guard.h"

namespace relprompt::analysis {
namespace {

using ColorTable = std::array<image::Color, 256>;

ColorTable make_table() {
  cv::Mat shares(1, 256, CV_8UC1), colors;
  for (int i = 0; i < 256; ++i) shares.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
  cv::applyColorMap(shares, colors, cv::COLORMAP_VIRIDIS);  // blue, green, red
  ColorTable table;
  for (int i = 0; i < 256; ++i) {
    const auto& bgr = colors.at<cv::Vec3b>(0, i);
    table[static_cast<std::size_t>(i)] = {bgr[2], bgr[1], bgr[0]};
  }
  return table;
}

/// Shares 0 to 1 on the grid.
cv::Mat shares_of(const HeatGrid& grid) {
  cv::Mat shares(grid.rows, grid.columns, CV_32FC1);
  const double range = grid.high - grid.low;
  for (int i = 0; i < grid.rows * grid.columns; ++i) {
    const double share = range > 0 ? (grid.values[i] - grid.low) / range : 0.5;
    shares.at<float>(i / grid.columns, i % grid.columns) =
        static_cast<float>(share >= 0 ? std::min(share, 1.0) : 0.0);
  }
  return shares;
}

/// The shares at the image's size; what the grid does not reach repeats its border.
cv::Mat enlarged(const HeatGrid& grid, cv::Size size) {
  const auto part = [](double share, int side) {
    return std::clamp(static_cast<int>(std::lround(share * side)), 1, side);
  };
  const cv::Size covered(part(grid.covered_width, size.width), part(grid.covered_height, size.height));
  cv::Mat inside, all;
  cv::resize(shares_of(grid), inside, covered, 0, 0, cv::INTER_LINEAR);
  cv::copyMakeBorder(inside, all, 0, size.height - covered.height, 0, size.width - covered.width,
                     cv::BORDER_REPLICATE);
  return all;
}

std::uint8_t blended(std::uint8_t color, int grey, float alpha) {
  return static_cast<std::uint8_t>(std::lround(alpha * color + (1 - alpha) * static_cast<float>(grey)));
}

}  // namespace

image::Color heat_color(double share) {
  static const ColorTable table = make_table();
  const double clamped = share >= 0 ? std::min(share, 1.0) : 0.0;  // NaN: 0
  return table[static_cast<std::size_t>(std::lround(clamped * 255))];
}

Image heat_over(const Image& image, const HeatGrid& grid, float alpha) {
  require_image(image, "the photo of a heat map");
  if (grid.values == nullptr || grid.rows < 1 || grid.columns < 1) {
    throw Error(ErrorCode::kBadArgument, "a heat map without numbers");
  }
  return image::guarded(ErrorCode::kInternal, "draw a heat map", [&] {
    const cv::Mat shares = enlarged(grid, {image.width, image.height});
    Image result = blank_canvas(image.height, image.width);
    const std::uint8_t* from = image.rgb.data();
    std::uint8_t* to = result.rgb.data();
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x, from += 3, to += 3) {
        const int grey = (299 * from[0] + 587 * from[1] + 114 * from[2] + 500) / 1000;
        const auto color = heat_color(shares.at<float>(y, x));
        to[0] = blended(color.red, grey, alpha);
        to[1] = blended(color.green, grey, alpha);
        to[2] = blended(color.blue, grey, alpha);
      }
    }
    return result;
  });
}

Image heat_bar(int height, int width) {
  Image bar = blank_canvas(height, width);
  std::uint8_t* to = bar.rgb.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, to += 3) {
      const auto color = heat_color(width > 1 ? static_cast<double>(x) / (width - 1) : 0);
      to[0] = color.red;
      to[1] = color.green;
      to[2] = color.blue;
    }
  }
  return bar;
}

}  // namespace relprompt::analysis
