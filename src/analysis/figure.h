// A drawing as a list of lines, dots and texts, so that one layout gives both a PNG for screens and an SVG
// for papers. Charts of pixels alone (chart.h) do not need it.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "relprompt/image.h"

#include "analysis/canvas.h"

namespace relprompt::analysis {

struct FigureLine {
  std::vector<cv::Point2d> points;  ///< joined in this order
  image::Color color;
  int width = 1;  ///< pixels
};

struct FigureDot {
  cv::Point2d center;
  double radius = 1;
  image::Color color;
};

struct FigureText {
  cv::Point2d place;  ///< of the baseline
  std::string text;   ///< UTF-8
  int height = 10;    ///< of capitals
  image::Color color;
  Align align = Align::kLeft;
  bool upright = false;  ///< reads from bottom to top; place.x is the baseline then
};

/// On white; lengths are pixels of the PNG, from its upper left corner. Lines lie under dots, dots under
/// texts.
struct Figure {
  int width = 960, height = 480;
  std::vector<FigureLine> lines;
  std::vector<FigureDot> dots;
  std::vector<FigureText> texts;
};

/// Throws Error: kImageTooLarge, kOutOfMemory.
Image draw_figure(const Figure& figure);

/// A whole SVG 1.1 document. Texts stay texts, in the reader's sans-serif font.
std::string svg_of(const Figure& figure);

}  // namespace relprompt::analysis
