#include "image/draw_text.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <opencv2/imgproc.hpp>

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include "image/font_table.h"

namespace relprompt::image {
namespace {

constexpr int kStrokeFont = cv::FONT_HERSHEY_SIMPLEX;

int stroke_of(int height) {
  return std::max(1, (height + 6) / 12);
}

double scale_of(int height) {
  return cv::getFontScaleFromHeight(kStrokeFont, height, stroke_of(height));
}

// Null where ICU's data lacks the rules; then every foreign letter becomes '?'.
const icu::Transliterator* to_ascii() {
  static const std::unique_ptr<icu::Transliterator> rules = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) made.reset();
    return made;
  }();
  return rules.get();
}

std::string as_ascii(icu::UnicodeString text) {
  if (const auto* rules = to_ascii()) rules->transliterate(text);
  std::string ascii;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    ascii += c >= 0x20 && c < 0x7F ? static_cast<char>(c) : c < 0x20 ? ' ' : '?';
  }
  return ascii;
}

/// One line without what changes how others are drawn: control characters and marks of direction.
std::string one_line(const icu::UnicodeString& text) {
  icu::UnicodeString line;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    const auto kind = u_charType(c);
    const bool hidden = kind == U_CONTROL_CHAR || kind == U_LINE_SEPARATOR || kind == U_PARAGRAPH_SEPARATOR;
    const bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (!turns) line.append(hidden ? UChar32{' '} : c);
  }
  std::string utf8;
  return line.toUTF8String(utf8);
}

/// Masks of the last few texts: each is asked for its width before it is drawn.
class MaskCache {
 public:
  TextMask find(const std::string& text, int height) {
    const std::lock_guard<std::mutex> guard(access_);
    const auto [entry, is_new] = masks_.try_emplace({height, text});
    if (!is_new) return entry->second;
    TextMask mask;
    font_table()->render(text, height, mask);
    if (masks_.size() > kMostMasks) masks_.clear();
    return masks_[{height, text}] = mask;
  }

 private:
  static constexpr std::size_t kMostMasks = 256;
  std::mutex access_;
  std::map<std::pair<int, std::string>, TextMask> masks_;
};

TextMask mask_of(const std::string& text, int height) {
  static MaskCache cache;
  return cache.find(text, height);
}

/// The text without its last character.
std::string without_last(const std::string& text) {
  std::size_t end = text.size();
  while (end > 0 && (static_cast<unsigned char>(text[--end]) & 0xC0) == 0x80) {
  }
  return text.substr(0, end);
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

std::string drawable(const std::string& utf8) {
  const auto text = icu::UnicodeString::fromUTF8(utf8);
  return font_table() != nullptr ? one_line(text) : as_ascii(text);
}

int text_width(const std::string& text, int height) {
  if (font_table() != nullptr) return mask_of(text, height).advance;
  int baseline = 0;
  return cv::getTextSize(text, kStrokeFont, scale_of(height), stroke_of(height), &baseline).width;
}

std::string shortened(const std::string& text, int height, int width) {
  if (text_width(text, height) <= width) return text;
  const std::string end = font_table() != nullptr ? "\u2026" : "..";
  std::string kept = text;
  while (!kept.empty() && text_width(kept + end, height) > width) kept = without_last(kept);
  while (!kept.empty() && kept.back() == ' ') kept.pop_back();
  return kept + end;
}

void draw_text(Image& image, int x, int baseline, const std::string& text, int height, Color color) {
  if (font_table() != nullptr) {
    blend(image, x, baseline, mask_of(text, height), color);
  } else {
    put_strokes(image, x, baseline, text, height, color, stroke_of(height));
  }
}

void draw_rimmed_text(Image& image, int x, int baseline, const std::string& text, int height, Color color,
                      Color rim) {
  const int radius = std::max(1, height / 7);
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
