#include "analysis/sheet.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "analysis/canvas.h"
#include "analysis/label_image.h"
#include "image/draw_text.h"
#include "image/guard.h"
#include "image/palette.h"

namespace relprompt::analysis {
namespace {

constexpr int kLegendRows = 20;
constexpr int kWidest = 2;  // times the row's height

void check_map(const SheetRow& row, const LabelMap& map, std::size_t classes) {
  const std::size_t pixels = row.image.rgb.size() / 3;
  if (map.height != row.image.height || map.width != row.image.width || map.labels.size() != pixels) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("row \"{}\": labels of {}x{} pixels beside an image of {}x{}", row.name,
                            map.width, map.height, row.image.width, row.image.height));
  }
  for (const std::uint16_t label : map.labels) {
    if (label < classes || label == LabelMap::kUnknown) continue;
    throw Error(ErrorCode::kBadArgument, fmt::format("row \"{}\": label {} has no name: there are {} classes",
                                                     row.name, label, classes));
  }
}

void check(const Sheet& sheet, const ClassList& classes, const SheetOptions& options) {
  require_range("a sheet's row height", options.row_height, 16, 4096);
  require_range("a sheet's alpha", options.alpha, 0, 1);
  require_range("a sheet's text", options.text, kSmallestText, kLargestText);
  if (sheet.columns.empty()) throw Error(ErrorCode::kBadArgument, "a sheet needs a heading for its images");
  for (const SheetRow& row : sheet.rows) {
    require_image(row.image, fmt::format("row \"{}\": an image", row.name));
    if (row.maps.size() != sheet.columns.size() - 1) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("row \"{}\" has {} label maps for {} headings after the image's", row.name,
                              row.maps.size(), sheet.columns.size() - 1));
    }
    for (const LabelMap& map : row.maps) check_map(row, map, classes.size());
  }
}

cv::Size shown_size(const Image& image, int row_height) {
  const double scale = std::min(static_cast<double>(row_height) / image.height,
                                static_cast<double>(kWidest * row_height) / image.width);
  return {std::max(1, static_cast<int>(std::lround(image.width * scale))),
          std::max(1, static_cast<int>(std::lround(image.height * scale)))};
}

Hatch hatch_of(const Sheet& sheet, std::size_t map) {
  return sheet.has_truth && map == 0 ? Hatch::kIgnored : Hatch::kUnknown;
}

// Where the grid lies; all in pixels.
struct Grid {
  int text, margin, gap, column, heading;
  std::vector<int> tops;  // [row] of the images, the row's name is above
  int bottom;             // of the grid

  int left(std::size_t index) const { return margin + static_cast<int>(index) * (column + gap); }
  int right(std::size_t columns) const { return left(columns) - gap; }
};

Grid lay_out(const Sheet& sheet, const SheetOptions& options) {
  const int text = options.text;
  Grid grid = {text, text * 2, text, 0, text * 6 / 5, {}, 0};
  for (const std::string& title : sheet.columns) {
    const int width = image::text_width(image::drawable(title), grid.heading);
    grid.column = std::max(grid.column, std::min(width, options.row_height * kWidest));
  }
  std::int64_t y = grid.margin + grid.heading + text;
  for (const SheetRow& row : sheet.rows) {
    const cv::Size size = shown_size(row.image, options.row_height);
    grid.column = std::max(grid.column, size.width);
    if (!row.name.empty()) y += text * 9 / 4;
    require_drawable(y + size.height, 1);  // before it becomes an int
    grid.tops.push_back(static_cast<int>(y));
    y += size.height + text;
  }
  grid.bottom = static_cast<int>(y);
  require_drawable(y, static_cast<std::int64_t>(sheet.columns.size()) * (grid.column + grid.gap));
  return grid;
}

void draw_row(Image& canvas, const Sheet& sheet, const Grid& grid, std::size_t index,
              const SheetOptions& options) {
  const SheetRow& row = sheet.rows[index];
  const int top = grid.tops[index];
  const auto centred = [&](std::size_t column, const Image& image) {
    paste(canvas, grid.left(column) + (grid.column - image.width) / 2, top, image);
  };
  const Image image = scaled_image(row.image, shown_size(row.image, options.row_height));
  centred(0, image);
  for (std::size_t i = 0; i < row.maps.size(); ++i)
    centred(i + 1, labels_over(image, row.maps[i], options.alpha, hatch_of(sheet, i)));
  const int width = grid.right(row.maps.size() + 1) - grid.margin;
  put_text(canvas, grid.margin, top - grid.text * 2 / 3,
           image::shortened(image::drawable(row.name), grid.text, width), grid.text, kFaint);
}

Image draw(const Sheet& sheet, const ClassList& classes, const SheetOptions& options) {
  const Grid grid = lay_out(sheet, options);
  const std::size_t columns = sheet.columns.size();
  const int width = grid.right(columns) - grid.margin;
  const Swatches legend(sheet_legend(sheet, classes), width, options.text, kLegendRows);
  Image canvas =
      blank_canvas(std::int64_t{grid.bottom} + legend.height() + grid.text, width + 2 * grid.margin);
  for (std::size_t i = 0; i < columns; ++i) {
    const std::string title = image::shortened(image::drawable(sheet.columns[i]), grid.heading, grid.column);
    put_text(canvas, grid.left(i) + grid.column / 2, grid.margin + grid.heading, title, grid.heading, kInk,
             Align::kCenter);
  }
  for (std::size_t i = 0; i < sheet.rows.size(); ++i) {
    draw_row(canvas, sheet, grid, i, options);
  }
  legend.draw(canvas, grid.margin, grid.bottom);
  return canvas;
}

}  // namespace

std::vector<Swatch> sheet_legend(const Sheet& sheet, const ClassList& classes) {
  std::vector<bool> found(classes.size());
  bool unknown = false, ignored = false;
  for (const SheetRow& row : sheet.rows) {
    for (std::size_t i = 0; i < row.maps.size(); ++i) {
      bool& without = hatch_of(sheet, i) == Hatch::kIgnored ? ignored : unknown;
      for (const std::uint16_t label : row.maps[i].labels) {
        if (label == LabelMap::kUnknown)
          without = true;
        else
          found[label] = true;
      }
    }
  }
  std::vector<Swatch> entries;
  for (std::size_t label = 0; label < found.size(); ++label) {
    if (!found[label]) continue;
    entries.push_back({image::color_of(static_cast<std::uint16_t>(label)), classes.title(label)});
  }
  if (unknown) entries.push_back({image::color_of(LabelMap::kUnknown), "unknown", Hatch::kUnknown});
  if (ignored) entries.push_back({image::color_of(LabelMap::kUnknown), "ignored", Hatch::kIgnored});
  return entries;
}

Image draw_sheet(const Sheet& sheet, const ClassList& classes, const SheetOptions& options) {
  check(sheet, classes, options);
  return image::guarded(ErrorCode::kInternal, "draw a sheet", [&] { return draw(sheet, classes, options); });
}

}  // namespace relprompt::analysis
