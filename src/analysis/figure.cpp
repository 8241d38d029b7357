#include "analysis/figure.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/draw_text.h"
#include "image/guard.h"

namespace relprompt::analysis {
namespace {

constexpr int kSubpixelBits = 4;

cv::Point fine(const cv::Point2d& point) {
  return {static_cast<int>(std::lround(point.x * (1 << kSubpixelBits))),
          static_cast<int>(std::lround(point.y * (1 << kSubpixelBits)))};
}

void draw_text(Image& canvas, const FigureText& text) {
  const auto x = static_cast<int>(std::lround(text.place.x)), y = static_cast<int>(std::lround(text.place.y));
  const auto place = text.upright ? put_upright_text : put_text;
  place(canvas, x, y, image::drawable(text.text), text.height, text.color, text.align);
}

Image draw(const Figure& figure) {
  Image canvas = blank_canvas(figure.height, figure.width);
  cv::Mat pixels = pixels_of(canvas);
  for (const FigureLine& line : figure.lines) {
    std::vector<cv::Point> points;
    for (const auto& point : line.points) points.push_back(fine(point));
    cv::polylines(pixels, points, false, scalar(line.color), line.width, cv::LINE_AA, kSubpixelBits);
  }
  for (const FigureDot& dot : figure.dots) {
    const auto radius = static_cast<int>(std::lround(dot.radius * (1 << kSubpixelBits)));
    cv::circle(pixels, fine(dot.center), radius, scalar(dot.color), cv::FILLED, cv::LINE_AA, kSubpixelBits);
  }
  for (const FigureText& text : figure.texts) draw_text(canvas, text);
  return canvas;
}

}  // namespace

Image draw_figure(const Figure& figure) {
  return image::guarded(ErrorCode::kInternal, "draw a figure", [&] { return draw(figure); });
}

}  // namespace relprompt::analysis
