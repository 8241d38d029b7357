#include "image/draw_text.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <opencv2/imgproc.hpp>

namespace relprompt::image {
namespace {

constexpr int kStrokeFont = cv::FONT_HERSHEY_SIMPLEX;

int stroke_of(int height) {
  return std::max(1, (height + 6) / 12);
}

double scale_of(int height) {
  return cv::getFontScaleFromHeight(kStrokeFont, height, stroke_of(height));
}

/// Masks of the last few texts: the legends of a folder's images have the same lines.
class MaskCache {
 public:
  TextMask find(const std::string& text, int height) {
    const std::lock_guard<std::mutex> guard(access_);
    const auto known = masks_.find({height, text});
    if (known != masks_.end()) return known->second;
    TextMask mask;
    font_table()->render(text, height, mask);
    bytes_ += mask.coverage.size();
    if (masks_.size() >= kMostMasks || bytes_ > kMostBytes) {
      masks_.clear();
      bytes_ = mask.coverage.size();
    }
    return masks_[{height, text}] = mask;
  }

 private:
  static constexpr std::size_t kMostMasks = 256, kMostBytes = 16u << 20;
  std::mutex access_;
  std::map<std::pair<int, std::string>, TextMask> masks_;
  std::size_t bytes_ = 0;  ///< of their coverage
};

TextMask mask_of(const std::string& text, int height) {
  static MaskCache cache;
  return cache.find(text, height);
}

void blend(Image& image, int x, int baseline, const TextMask& mask, Color color) {
  const int first_row = std::max(0, -(baseline + mask.top)), first_column = std::max(0, -(x + mask.left));
  const int rows = std::min(mask.height, image.height - baseline - mask.top);
  const int columns = std::min(mask.width, image.width - x - mask.left);
  const std::uint8_t inks[] = {color.red, color.green, color.blue};
  for (int row = first_row; row < rows; ++row) {
    const std::uint8_t* coverage = mask.coverage.data() + static_cast<std::ptrdiff_t>(row) * mask.width;
    std::uint8_t* pixels =
        image.rgb.data() +
        (static_cast<std::ptrdiff_t>(baseline + mask.top + row) * image.width + x + mask.left) * 3;
    for (int column = first_column; column < columns; ++column) {
      for (int c = 0; c < 3; ++c) {
        std::uint8_t& value = pixels[column * 3 + c];
        value = static_cast<std::uint8_t>(
            (value * (255 - coverage[column]) + inks[c] * coverage[column] + 127) / 255);
      }
    }
  }
}

void put_strokes(Image& image, int x, int baseline, const std::string& text, int height, Color color,
                 int thickness) {
  cv::Mat canvas(image.height, image.width, CV_8UC3, image.rgb.data());
  cv::putText(canvas, text, {x, baseline}, kStrokeFont, scale_of(height),
              cv::Scalar(color.red, color.green, color.blue), thickness, cv::LINE_AA);
}

/// The mask grown by `radius` pixels to all sides.
TextMask grown(const TextMask& mask, int radius) {
  if (mask.coverage.empty()) return mask;
  TextMask result = mask;
  result.left -= radius;
  result.top -= radius;
  result.width += 2 * radius;
  result.height += 2 * radius;
  const cv::Mat from(mask.height, mask.width, CV_8UC1, const_cast<std::uint8_t*>(mask.coverage.data()));
  cv::Mat wide;
  cv::copyMakeBorder(from, wide, radius, radius, radius, radius, cv::BORDER_CONSTANT);
  cv::dilate(wide, wide, cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * radius + 1, 2 * radius + 1}));
  result.coverage.assign(wide.data, wide.data + wide.total());
  return result;
}

}  // namespace

TextBox text_box(const std::string& text, int height) {
  TextBox box;
  if (const FontTable* fonts = font_table()) {
    fonts->measure(text, height, box);
    return box;
  }
  int below = 0;
  const int stroke = stroke_of(height);
  const cv::Size size = cv::getTextSize(text, kStrokeFont, scale_of(height), stroke, &below);
  const int above = size.height + height / 5;  // brackets are higher than capitals
  box.left = -stroke;
  box.top = -above - stroke;
  box.width = size.width + 2 * stroke;
  box.height = above + below + 2 * stroke;
  box.advance = size.width;
  return box;
}

int text_width(const std::string& text, int height) {
  return text_box(text, height).advance;
}

void draw_text(Image& image, int x, int baseline, const std::string& text, int height, Color color) {
  if (font_table() != nullptr) {
    blend(image, x, baseline, mask_of(text, height), color);
  } else {
    put_strokes(image, x, baseline, text, height, color, stroke_of(height));
  }
}

int rim_of(int height) {
  return std::max(1, height / 7);
}

void draw_rimmed_text(Image& image, int x, int baseline, const std::string& text, int height, Color color,
                      Color rim) {
  const int radius = rim_of(height);
  if (font_table() != nullptr) {
    const TextMask mask = mask_of(text, height);
    blend(image, x, baseline, grown(mask, radius), rim);
    blend(image, x, baseline, mask, color);
  } else {
    put_strokes(image, x, baseline, text, height, rim, stroke_of(height) + 2 * radius);
    put_strokes(image, x, baseline, text, height, color, stroke_of(height));
  }
}

}  // namespace relprompt::image
