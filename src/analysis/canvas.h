// The white sheet that every image of this area is drawn on, and text placed on it. One set of greys, so
// that charts, sheets and matrices look alike side by side.
#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "relprompt/image.h"

#include "image/palette.h"

namespace relprompt::analysis {

constexpr image::Color kPaper{255, 255, 255}, kInk{36, 38, 43}, kFaint{104, 108, 116}, kRim{150, 154, 162},
    kGrid{228, 230, 234};

/// Capital heights in pixels that text sizes of this area's options may have.
constexpr int kSmallestText = 8, kLargestText = 40;

/// Throws Error(kImageTooLarge) unless 1 to kMaxDecodedPixels pixels have these sides, which then fit int.
void require_drawable(std::int64_t height, std::int64_t width);

/// All paper. Throws Error: as require_drawable does; kOutOfMemory.
Image blank_canvas(std::int64_t height, std::int64_t width);

/// Throws Error(kBadArgument), which calls the image `what`, unless it has pixels and their bytes.
void require_image(const Image& image, const std::string& what);

/// Throws Error(kBadArgument), which calls the number `what`, unless low <= value <= high.
void require_range(const char* what, double value, double low, double high);

/// The image's own pixels, 8-bit RGB, to draw on or to look at.
cv::Mat pixels_of(Image& image);
cv::Mat pixels_of(const Image& image);

cv::Scalar scalar(image::Color color);

/// `share` 0 is `from`, 1 is `to`.
image::Color mixed(image::Color from, image::Color to, double share);

/// Copies an image to (x, y) of the canvas, cut off at the canvas's sides.
void paste(Image& canvas, int x, int y, const Image& image);

enum class Align { kLeft, kCenter, kRight };

/// Drawable text (image/draw_text.h) that starts, is centred or ends at x.
void put_text(Image& canvas, int x, int baseline, const std::string& text, int height, image::Color color,
              Align align = Align::kLeft);

/// The same turned to read from bottom to top, on a strip of paper: its baseline is the column x, and it
/// starts, is centred or ends at the row y.
void put_upright_text(Image& canvas, int x, int y, const std::string& text, int height, image::Color color,
                      Align align = Align::kLeft);

}  // namespace relprompt::analysis
