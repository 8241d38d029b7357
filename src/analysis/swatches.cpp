#include "analysis/swatches.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include <fmt/format.h>

#include "analysis/canvas.h"
#include "image/draw_text.h"

namespace relprompt::analysis {
namespace {

constexpr int kLongestTitle = 24;  // times the text's height

void draw_box(Image& canvas, const cv::Rect& box, const Swatch& swatch) {
  cv::Mat pixels = pixels_of(canvas);
  cv::rectangle(pixels, box, scalar(swatch.color), cv::FILLED);
  const cv::Rect inside = box & cv::Rect(0, 0, canvas.width, canvas.height);
  for (int y = inside.y; swatch.hatch != Hatch::kNone && y < inside.y + inside.height; ++y) {
    for (int x = inside.x; x < inside.x + inside.width; ++x) {
      const image::Color color = hatched_at(x, y, swatch.hatch);
      pixels.at<cv::Vec3b>(y, x) = {color.red, color.green, color.blue};
    }
  }
  cv::rectangle(pixels, box, scalar(kRim), 1);
}

}  // namespace

image::Color hatched_at(int x, int y, Hatch hatch) {
  constexpr int kPeriod = 7, kLine = 2;
  const int along = hatch == Hatch::kIgnored ? x + (kPeriod - 1) * y : x + y;
  return along % kPeriod < kLine ? image::Color{112, 112, 120} : image::Color{30, 30, 34};
}

Swatches::Swatches(std::vector<Swatch> entries, int width, int text, int most_rows)
    : entries_(std::move(entries)), text_(text), row_height_(text * 2) {
  if (entries_.empty()) return;
  for (Swatch& entry : entries_) {
    entry.title = image::shortened(image::drawable(entry.title), text, kLongestTitle * text);
    title_width_ = std::max(title_width_, image::text_width(entry.title, text));
  }
  title_width_ = std::max(title_width_, image::text_width("+00 more", text));
  slot_ = 2 * text + title_width_ + 2 * text;
  columns_ = std::max(1, (width + 2 * text) / slot_);
  const auto places = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(std::max(1, most_rows));
  if (entries_.size() > places) {
    left_out_ = entries_.size() - (places - 1);
    entries_.resize(places - 1);
  }
  const int cells = static_cast<int>(entries_.size()) + (left_out_ > 0 ? 1 : 0);
  rows_ = (cells + columns_ - 1) / columns_;
}

void Swatches::draw(Image& canvas, int x, int y) const {
  const auto place = [&](std::size_t i) {
    const int cell = static_cast<int>(i);
    return cv::Point(x + cell % columns_ * slot_,
                     y + cell / columns_ * row_height_ + (row_height_ + text_) / 2);
  };
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const cv::Point baseline = place(i);
    const int side = text_ * 6 / 5;
    draw_box(canvas, {baseline.x, baseline.y - text_ - text_ / 10, text_ * 3 / 2, side}, entries_[i]);
    put_text(canvas, baseline.x + 2 * text_, baseline.y, entries_[i].title, text_, kInk);
  }
  if (left_out_ == 0) return;
  const cv::Point baseline = place(entries_.size());
  put_text(canvas, baseline.x, baseline.y, fmt::format("+{} more", left_out_), text_, kFaint);
}

}  // namespace relprompt::analysis
