#include "image/resize.h"

#include <algorithm>
#include <climits>
#include <opencv2/imgproc.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "image/guard.h"

namespace relprompt::image {
namespace {

void require_positive(int height, int width, const char* what) {
  if (height > 0 && width > 0) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("{} must have positive sides, not {}x{}", what, width, height));
}

}  // namespace

Size shorter_side_to(int height, int width, int short_side) {
  require_positive(height, width, "an image");
  require_positive(short_side, short_side, "the resized image");
  const double scale = static_cast<double>(short_side) / std::min(height, width);
  const auto side = [&](int stored) {
    const double scaled = stored * scale + 0.5;
    if (scaled >= INT_MAX) {
      throw Error(ErrorCode::kImageTooLarge,
                  fmt::format("an image of {}x{} pixels cannot be resized to a shorter side of {}", width,
                              height, short_side),
                  "crop it, or choose a smaller shorter side");
    }
    return std::max(1, static_cast<int>(scaled));
  };
  return {side(height), side(width)};
}

Image resize(const Image& image, int height, int width) {
  require_positive(image.height, image.width, "an image");
  require_positive(height, width, "the resized image");
  if (image.rgb.size() !=
      static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3) {
    throw Error(ErrorCode::kBadArgument, fmt::format("an image of {}x{} pixels has {} bytes", image.width,
                                                     image.height, image.rgb.size()));
  }
  return guarded(ErrorCode::kInternal, fmt::format("resize an image to {}x{}", width, height), [&] {
    Image result;
    result.height = height;
    result.width = width;
    result.rgb.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3);
    const cv::Mat from(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
    cv::Mat to(height, width, CV_8UC3, result.rgb.data());
    cv::resize(from, to, to.size(), 0, 0, cv::INTER_LINEAR);
    return result;
  });
}

}  // namespace relprompt::image
