#include "analysis/attention_sheet.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "analysis/canvas.h"
#include "analysis/heat_map.h"
#include "analysis/label_image.h"
#include "image/draw_text.h"
#include "image/guard.h"

namespace relprompt::analysis {
namespace {

constexpr int kWidest = 2;        // times the cell's height
constexpr int kLongestName = 16;  // times the text's height

std::size_t cells_of(const AttentionMaps& maps) {
  return static_cast<std::size_t>(maps.height) * static_cast<std::size_t>(maps.width);
}

void check(const Image& image, const AttentionMaps& maps, const ClassList& classes,
           const AttentionSheetOptions& options) {
  require_range("a map's height", options.cell_height, 16, 4096);
  require_range("a sheet's alpha", options.alpha, 0, 1);
  require_range("a sheet's text", options.text, kSmallestText, kLargestText);
  require_image(image, "the image of an attention sheet");
  const bool sized = maps.height > 0 && maps.width > 0 && maps.patch > 0 && maps.resized_height > 0 &&
                     maps.resized_width > 0 && !maps.layers.empty() && maps.classes > 0;
  if (!sized || maps.values.size() != maps.layers.size() * maps.classes * cells_of(maps)) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("attention maps of {} layers, {} classes and {}x{} patches with {} numbers",
                            maps.layers.size(), maps.classes, maps.width, maps.height, maps.values.size()));
  }
  if (classes.size() != maps.classes) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("attention maps of {} classes, but {} names", maps.classes, classes.size()));
  }
}

class Sheet {
 public:
  Sheet(const Image& image, const AttentionMaps& maps, const ClassList& classes, const std::string& name,
        const AttentionSheetOptions& options)
      : maps_(maps), classes_(classes), name_(name), options_(options), text_(options.text) {
    const double scale = std::min(static_cast<double>(options.cell_height) / image.height,
                                  static_cast<double>(kWidest * options.cell_height) / image.width);
    shown_ = scaled_image(image, {std::max(1, static_cast<int>(std::lround(image.width * scale))),
                                  std::max(1, static_cast<int>(std::lround(image.height * scale)))});
    // A scale's two numbers stand below its column.
    column_ = std::max(shown_.width, image::text_width("-0.000  -0.000", text_));
    for (std::size_t label = 0; label < classes.size(); ++label) {
      names_ = std::max(names_, image::text_width(title(label), text_));
    }
    top_ = 2 * text_ + (name.empty() ? 0 : 2 * text_) + 2 * text_;
    row_ = std::max(shown_.height, 2 * text_) + text_;
  }

  Image draw() const {
    const auto columns = static_cast<std::int64_t>(maps_.layers.size()) + 1;
    const std::int64_t width = left(0) + columns * (column_ + text_) + text_;
    const std::int64_t height = top_ + static_cast<std::int64_t>(maps_.classes) * row_ + 5 * text_;
    Image canvas = blank_canvas(height, width);
    const auto fitted = [&](const std::string& words, int room) {
      return image::shortened(image::drawable(words), text_, room);
    };
    put_text(canvas, 2 * text_, 3 * text_, fitted(name_, static_cast<int>(width) - 4 * text_), text_, kInk);
    put_text(canvas, left(0) + column_ / 2, top_ - text_, "image", text_, kFaint, Align::kCenter);
    centred(canvas, 0, top_, shown_);
    for (std::size_t label = 0; label < maps_.classes; ++label) {
      const int middle = top(label) + shown_.height / 2 + text_ / 2;
      put_text(canvas, left(0) - text_ * 3 / 2, middle, title(label), text_, kInk, Align::kRight);
    }
    for (std::size_t layer = 0; layer < maps_.layers.size(); ++layer) draw_column(canvas, layer);
    return canvas;
  }

 private:
  std::string title(std::size_t label) const {
    return image::shortened(image::drawable(classes_.title(label)), text_, kLongestName * text_);
  }
  int left(std::size_t column) const {
    return 2 * text_ + names_ + text_ * 3 / 2 + static_cast<int>(column) * (column_ + text_);
  }
  int top(std::size_t label) const { return top_ + static_cast<int>(label) * row_; }
  void centred(Image& canvas, std::size_t column, int y, const Image& image) const {
    paste(canvas, left(column) + (column_ - image.width) / 2, y, image);
  }

  void draw_column(Image& canvas, std::size_t layer) const {
    const std::size_t column = layer + 1;
    const auto scale = scale_of(maps_, layer);
    put_text(canvas, left(column) + column_ / 2, top_ - text_, fmt::format("layer {}", maps_.layers[layer]),
             text_, kInk, Align::kCenter);
    const auto covered = [&](int patches, int pixels) {
      return std::min(1.0, static_cast<double>(patches) * maps_.patch / pixels);
    };
    for (std::size_t label = 0; label < maps_.classes; ++label) {
      const HeatGrid grid = {maps_.map(layer, label),
                             maps_.height,
                             maps_.width,
                             scale.low,
                             scale.high,
                             covered(maps_.height, maps_.resized_height),
                             covered(maps_.width, maps_.resized_width)};
      centred(canvas, column, top(label), heat_over(shown_, grid, options_.alpha));
    }
    const int y = top(maps_.classes);
    paste(canvas, left(column), y, heat_bar(text_, column_));
    put_text(canvas, left(column), y + text_ * 5 / 2, fmt::format("{:.3f}", scale.low), text_, kInk);
    put_text(canvas, left(column) + column_, y + text_ * 5 / 2, fmt::format("{:.3f}", scale.high), text_,
             kInk, Align::kRight);
  }

  const AttentionMaps& maps_;
  const ClassList& classes_;
  const std::string& name_;
  const AttentionSheetOptions& options_;
  int text_, column_ = 0, names_ = 0, top_ = 0, row_ = 0;
  Image shown_;
};

}  // namespace

AttentionScale scale_of(const AttentionMaps& maps, std::size_t layer) {
  const auto count = static_cast<std::ptrdiff_t>(maps.classes * cells_of(maps));
  const auto first = maps.values.begin() + static_cast<std::ptrdiff_t>(layer) * count;
  const auto [low, high] = std::minmax_element(first, first + count);
  return {*low, *high};
}

Image draw_attention_sheet(const Image& image, const AttentionMaps& maps, const ClassList& classes,
                           const std::string& name, const AttentionSheetOptions& options) {
  check(image, maps, classes, options);
  const auto cells = std::max(options.cell_height, 2 * options.text) + std::int64_t{options.text};
  require_drawable(cells * static_cast<std::int64_t>(maps.classes), options.cell_height);
  return image::guarded(ErrorCode::kInternal, "draw attention maps",
                        [&] { return Sheet(image, maps, classes, name, options).draw(); });
}

}  // namespace relprompt::analysis
