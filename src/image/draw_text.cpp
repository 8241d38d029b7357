#include "image/draw_text.h"

#include <algorithm>
#include <memory>
#include <opencv2/imgproc.hpp>

#include <unicode/translit.h>
#include <unicode/unistr.h>

namespace relprompt::image {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;

int stroke_of(int height) {
  return std::max(1, (height + 6) / 12);
}

double scale_of(int height) {
  return cv::getFontScaleFromHeight(kFont, height, stroke_of(height));
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

}  // namespace

std::string drawable(const std::string& utf8) {
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(utf8);
  if (const auto* rules = to_ascii()) rules->transliterate(text);
  std::string ascii;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    ascii += c >= 0x20 && c < 0x7F ? static_cast<char>(c) : c < 0x20 ? ' ' : '?';
  }
  return ascii;
}

int text_width(const std::string& text, int height) {
  int baseline = 0;
  return cv::getTextSize(text, kFont, scale_of(height), stroke_of(height), &baseline).width;
}

std::string shortened(const std::string& text, int height, int width) {
  if (text_width(text, height) <= width) return text;
  std::string kept = text;
  while (!kept.empty() && text_width(kept + "..", height) > width) kept.pop_back();
  while (!kept.empty() && kept.back() == ' ') kept.pop_back();
  return kept + "..";
}

void draw_text(Image& image, int x, int baseline, const std::string& text, int height, Color color) {
  cv::Mat canvas(image.height, image.width, CV_8UC3, image.rgb.data());
  cv::putText(canvas, text, {x, baseline}, kFont, scale_of(height),
              cv::Scalar(color.red, color.green, color.blue), stroke_of(height), cv::LINE_AA);
}

}  // namespace relprompt::image
