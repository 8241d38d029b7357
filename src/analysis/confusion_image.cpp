#include "analysis/confusion_image.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "analysis/canvas.h"
#include "eval/worst_pairs.h"
#include "image/draw_text.h"
#include "image/guard.h"

namespace relprompt::analysis {
namespace {

constexpr int kText = 10, kNumber = 9, kHeading = 13;  // heights of capitals, pixels
constexpr int kCell = 34, kMargin = 24, kGap = 8, kLongestTitle = 200;
constexpr image::Color kRight{24, 84, 168}, kWrong{196, 44, 24}, kAbsent{240, 240, 242};

// What is drawn, in rows and columns of the image.
struct Table {
  std::vector<std::string> rows, columns;  // titles
  std::vector<std::uint64_t> pixels;       // [row, column]
  std::vector<std::uint64_t> truth;        // [row]
};

struct Place {
  int left, top, width, height;  // of the cells, and of the whole image
  int title;                     // of the longest title
};

Table table_of(const eval::ConfusionExcerpt& excerpt, const ClassList& classes) {
  Table table;
  for (const std::size_t label : excerpt.labels) {
    table.rows.push_back(image::shortened(image::drawable(classes.title(label)), kText, kLongestTitle));
  }
  table.columns = table.rows;
  table.columns.insert(table.columns.end(), {"others", "unknown"});
  table.pixels = excerpt.pixels;
  table.truth = excerpt.truth;
  return table;
}

image::Color color_of_cell(double share, bool right) {
  // The root makes small shares visible; they are what the image is looked at for.
  return mixed(kPaper, right ? kRight : kWrong, std::sqrt(share));
}

void draw_cell(Image& canvas, const cv::Rect& box, const Table& table, std::size_t row, std::size_t column) {
  cv::Mat pixels = pixels_of(canvas);
  const int baseline = box.y + (box.height + kNumber) / 2;
  const bool absent = table.truth[row] == 0;
  const double share = absent ? 0
                              : static_cast<double>(table.pixels[row * table.columns.size() + column]) /
                                    static_cast<double>(table.truth[row]);
  cv::rectangle(pixels, box, scalar(absent ? kAbsent : color_of_cell(share, row == column)), cv::FILLED);
  cv::rectangle(pixels, box, scalar(kGrid));
  const std::string number = absent ? "-" : share < 0.005 ? "" : fmt::format("{:.0f}", share * 100);
  const image::Color ink = absent ? kFaint : share > 0.3 ? kPaper : kInk;
  put_text(canvas, box.x + box.width / 2, baseline, number, kNumber, ink, Align::kCenter);
}

void draw_titles(Image& canvas, const Table& table, const Place& place) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const int centre = static_cast<int>(i) * kCell + kCell / 2;
    const image::Color ink = i < table.rows.size() ? kInk : kFaint;
    put_upright_text(canvas, place.left + (i < table.rows.size() ? 0 : kGap) + centre + kText / 2,
                     place.top - kGap, table.columns[i], kText, ink);
    if (i >= table.rows.size()) continue;
    put_text(canvas, place.left - kGap, place.top + centre + kText / 2, table.rows[i], kText, ink,
             Align::kRight);
  }
}

Place place_of(const Table& table, const std::vector<std::string>& lines) {
  Place place = {};
  for (const std::string& title : table.columns) {
    place.title = std::max(place.title, image::text_width(title, kText));
  }
  const int above = kMargin + kHeading + 2 * static_cast<int>(lines.size()) * kText;
  place.left = kMargin + 2 * kText + place.title + kGap;
  place.top = above + 4 * kText + place.title + kGap;
  place.height = place.top + static_cast<int>(table.rows.size()) * kCell + kMargin;
  place.width = place.left + static_cast<int>(table.columns.size()) * kCell + kGap + kMargin;
  place.width = std::max(place.width, image::text_width(lines[0], kHeading) + 2 * kMargin);
  for (const std::string& line : lines) {
    place.width = std::max(place.width, image::text_width(line, kText) + 2 * kMargin);
  }
  return place;
}

Image draw_table(const Table& table, const std::vector<std::string>& lines) {
  const Place place = place_of(table, lines);
  Image canvas = blank_canvas(place.height, place.width);
  put_text(canvas, kMargin, kMargin + kHeading, lines[0], kHeading, kInk);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    put_text(canvas, kMargin, kMargin + kHeading + 2 * static_cast<int>(i) * kText + kGap / 2, lines[i],
             kText, kFaint);
  }
  const int side = static_cast<int>(table.rows.size()) * kCell;
  put_text(canvas, place.left + side / 2, place.top - 3 * kGap - place.title, "predicted as", kText, kFaint,
           Align::kCenter);
  put_upright_text(canvas, kMargin + kText, place.top + side / 2, "labelled", kText, kFaint, Align::kCenter);
  draw_titles(canvas, table, place);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const int x = place.left + static_cast<int>(column) * kCell + (column < table.rows.size() ? 0 : kGap);
      draw_cell(canvas, {x, place.top + static_cast<int>(row) * kCell, kCell + 1, kCell + 1}, table, row,
                column);
    }
  }
  return canvas;
}

Image draw_sentence(const std::string& sentence) {
  Image canvas = blank_canvas(3 * kMargin, image::text_width(sentence, kHeading) + 2 * kMargin);
  put_text(canvas, kMargin, (canvas.height + kHeading) / 2, sentence, kHeading, kInk);
  return canvas;
}

Image draw(const eval::ConfusionMatrix& matrix, const ClassList& classes, std::size_t most) {
  const auto excerpt = eval::worst_classes(matrix, most);
  if (matrix.pixels() == 0) return draw_sentence("No pixel was counted.");
  if (excerpt.labels.empty()) {
    return draw_sentence(fmt::format("None of {} pixels is labelled wrongly.", matrix.pixels()));
  }
  const std::size_t shown = excerpt.labels.size();
  const std::string title = shown == matrix.classes()
                                ? fmt::format("Confusion of all {} classes", shown)
                                : fmt::format("Confusion of the {} of {} classes with the most wrong pixels",
                                              shown, matrix.classes());
  return draw_table(table_of(excerpt, classes),
                    {title, "percent of the pixels labelled so; below 0.5 not written"});
}

}  // namespace

Image draw_confusion(const eval::ConfusionMatrix& matrix, const ClassList& classes, std::size_t most) {
  if (classes.size() != matrix.classes()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} class names for the counts of {} classes", classes.size(), matrix.classes()));
  }
  require_range("the number of classes to draw", static_cast<double>(most), 1, kMaxDrawnClasses);
  return image::guarded(ErrorCode::kInternal, "draw a confusion matrix",
                        [&] { return draw(matrix, classes, most); });
}

}  // namespace relprompt::analysis
