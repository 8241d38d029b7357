#include "image/legend.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include <fmt/format.h>

#include "image/draw_text.h"
#include "image/guard.h"

namespace relprompt::image {
namespace {

constexpr Color kPaper{250, 250, 248}, kInk{38, 40, 44}, kFaint{120, 124, 130}, kRim{150, 152, 156};
constexpr int kFewestRows = 4;  // shown however small the image is

struct Line {
  LegendEntry entry;
  std::string title, percent;
  bool swatch = true;
};

// All in pixels; everything follows from the text's height.
struct Layout {
  int text = 0, padding = 0, row = 0, column = 0;
  int title = 0, percent = 0;  // widths
  bool below = false;
  int rows = 0, columns = 0;

  int band_width() const { return 2 * padding + columns * column + (columns - 1) * padding; }
  int band_height() const { return 2 * padding + rows * row - (row - text) / 2; }
};

std::string percent_of(double share) {
  return share > 0 && share < 0.0005 ? "<0.1%" : fmt::format("{:.1f}%", share * 100);
}

int swatch_of(int text) {
  return text * 8 / 5;
}

int row_of(int text) {
  return text * 21 / 10;
}

/// More entries than any arrangement can show: of thousands of classes the others need no measuring.
std::size_t most_entries(const Image& image, int text) {
  const int rows = std::max(kFewestRows, image.height / row_of(text) + 1);
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(image.width / swatch_of(text) + 1);
}

std::vector<Line> lines_of(const Image& image, const std::vector<LegendEntry>& entries, int text) {
  constexpr int kWidestTitle = 22;  // capitals
  const std::size_t most = most_entries(image, text);
  std::vector<Line> lines;
  for (const LegendEntry& entry : entries) {
    const bool may_show = lines.size() < most;
    lines.push_back({entry,
                     may_show ? shortened(drawable(entry.title), text, kWidestTitle * text) : std::string(),
                     may_show ? percent_of(entry.share) : std::string(), true});
  }
  return lines;
}

int text_of(const Image& image) {
  return std::clamp(std::min(image.height, image.width) / 34, 10, 160);
}

bool goes_below(const Image& image) {
  const std::int64_t height = image.height, width = image.width;
  if (width > 3 * height) return true;
  return height > width && height <= 3 * width;
}

// Sizes of one entry: swatch, title, share.
Layout measure(const Image& image, const std::vector<Line>& lines) {
  Layout layout;
  layout.below = goes_below(image);
  layout.text = text_of(image);
  layout.padding = layout.text * 5 / 4;
  layout.row = row_of(layout.text);
  for (const Line& line : lines) {
    layout.title = std::max(layout.title, text_width(line.title, layout.text));
    layout.percent = std::max(layout.percent, text_width(line.percent, layout.text));
  }
  if (lines.size() > kFewestRows) {
    layout.title = std::max(layout.title, text_width(fmt::format("+{} more", lines.size()), layout.text));
  }
  layout.percent = std::max(layout.percent, text_width("00.0%", layout.text));
  const int swatch = swatch_of(layout.text), gap = layout.text * 3 / 5;
  layout.column = swatch + gap + layout.title + 2 * gap + layout.percent;
  return layout;
}

// Rows and columns for `count` entries: beside, the rows that fit and then as many columns as needed; below,
// the columns that fit and then rows. The band may take up to three fifths of the image's own side.
void arrange(const Image& image, int count, Layout& layout) {
  const int slot = layout.column + layout.padding;
  const auto fits = [](int space, int size) { return std::max(1, space / size); };
  if (layout.below) {
    const int columns = fits(image.width - layout.padding, slot);
    const int most_rows = std::max(kFewestRows, (image.height * 3 / 5 - 2 * layout.padding) / layout.row);
    layout.rows = std::min((count + columns - 1) / columns, most_rows);
    layout.columns = std::min(columns, (count + layout.rows - 1) / layout.rows);
  } else {
    const int rows =
        std::max(kFewestRows, fits(image.height - 2 * layout.padding + layout.row / 2, layout.row));
    const int most_columns = fits(image.width * 3 / 5 - layout.padding, slot);
    layout.columns = std::min((count + rows - 1) / rows, most_columns);
    layout.rows = std::min(rows, (count + layout.columns - 1) / layout.columns);
  }
}

void cut_to(std::vector<Line>& lines, std::size_t places) {
  if (lines.size() <= places) return;
  const std::size_t shown = places - 1;
  double rest = 0;
  for (std::size_t i = shown; i < lines.size(); ++i) rest += lines[i].entry.share;
  Line more;
  more.title = fmt::format("+{} more", lines.size() - shown);
  more.percent = percent_of(rest);
  more.swatch = false;
  lines.resize(shown);
  lines.push_back(more);
}

cv::Scalar scalar(Color color) {
  return {double(color.red), double(color.green), double(color.blue)};
}

void draw_line(Image& canvas, int x, int y, const Line& line, const Layout& layout) {
  const int swatch = swatch_of(layout.text), gap = layout.text * 3 / 5;
  const int baseline = y + (layout.row + layout.text) / 2;
  const Color ink = line.swatch ? kInk : kFaint;
  if (line.swatch) {
    cv::Mat pixels(canvas.height, canvas.width, CV_8UC3, canvas.rgb.data());
    const cv::Rect box(x, baseline - layout.text * 6 / 5, swatch, layout.text * 7 / 5);
    cv::rectangle(pixels, box, scalar(line.entry.color), cv::FILLED);
    cv::rectangle(pixels, box, scalar(kRim), std::max(1, layout.text / 12));
  }
  draw_text(canvas, x + swatch + gap, baseline, line.title, layout.text, ink);
  const int right = x + layout.column - text_width(line.percent, layout.text);
  draw_text(canvas, right, baseline, line.percent, layout.text, kFaint);
}

Image canvas_for(const Image& image, const Layout& layout) {
  Image canvas;
  canvas.height =
      layout.below ? image.height + layout.band_height() : std::max(image.height, layout.band_height());
  canvas.width =
      layout.below ? std::max(image.width, layout.band_width()) : image.width + layout.band_width();
  canvas.rgb.resize(static_cast<std::size_t>(canvas.height) * static_cast<std::size_t>(canvas.width) * 3);
  cv::Mat pixels(canvas.height, canvas.width, CV_8UC3, canvas.rgb.data());
  pixels.setTo(scalar(kPaper));
  const cv::Mat from(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
  from.copyTo(pixels(cv::Rect(0, 0, image.width, image.height)));
  return canvas;
}

Image draw(const Image& image, std::vector<Line> lines) {
  Layout layout = measure(image, lines);
  arrange(image, static_cast<int>(lines.size()), layout);
  cut_to(lines, static_cast<std::size_t>(layout.rows) * static_cast<std::size_t>(layout.columns));
  Image canvas = canvas_for(image, layout);
  const int left = layout.padding + (layout.below ? 0 : image.width);
  const int top = layout.padding - (layout.row - layout.text) / 2 + (layout.below ? image.height : 0);
  for (int i = 0; i < static_cast<int>(lines.size()); ++i) {
    const int x = left + i / layout.rows * (layout.column + layout.padding);
    draw_line(canvas, x, top + i % layout.rows * layout.row, lines[static_cast<std::size_t>(i)], layout);
  }
  return canvas;
}

}  // namespace

Image with_legend(const Image& image, const std::vector<LegendEntry>& entries) {
  if (entries.empty()) return image;
  return guarded(ErrorCode::kInternal, "draw a legend",
                 [&] { return draw(image, lines_of(image, entries, text_of(image))); });
}

}  // namespace relprompt::image
