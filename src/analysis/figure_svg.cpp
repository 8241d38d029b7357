// SVG is text, so a figure's SVG is written here and needs no library; only what stands between tags has to
// be escaped.
#include <fmt/format.h>

#include "analysis/figure.h"
#include "base/printable.h"

namespace relprompt::analysis {
namespace {

// Of a sans-serif font: capitals' height as a share of the font size.
constexpr double kCapitals = 0.72;

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : printable(text)) {  // XML 1.0 knows no control characters, and UTF-8 must be whole
    if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '&') {
      result += "&amp;";
    } else {
      result += c;
    }
  }
  return result;
}

std::string hexadecimal(image::Color color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
}

std::string svg_of(const FigureLine& line) {
  std::string points;
  for (const auto& point : line.points) {
    points += fmt::format("{}{:.2f},{:.2f}", points.empty() ? "" : " ", point.x, point.y);
  }
  return fmt::format("<polyline points=\"{}\" stroke=\"{}\" stroke-width=\"{}\" fill=\"none\"/>\n", points,
                     hexadecimal(line.color), line.width);
}

std::string svg_of(const FigureDot& dot) {
  return fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\" fill=\"{}\"/>\n", dot.center.x,
                     dot.center.y, dot.radius, hexadecimal(dot.color));
}

std::string svg_of(const FigureText& text) {
  const char* anchor = text.align == Align::kLeft ? "start" : text.align == Align::kCenter ? "middle" : "end";
  const auto turn = text.upright
                        ? fmt::format(" transform=\"rotate(-90 {:.2f} {:.2f})\"", text.place.x, text.place.y)
                        : std::string();
  return fmt::format(
      "<text x=\"{:.2f}\" y=\"{:.2f}\" font-size=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\"{}>{}</text>\n",
      text.place.x, text.place.y, text.height / kCapitals, anchor, hexadecimal(text.color), turn,
      escaped(text.text));
}

}  // namespace

std::string svg_of(const Figure& figure) {
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
      figure.width, figure.height);
  for (const auto& line : figure.lines) text += svg_of(line);
  for (const auto& dot : figure.dots) text += svg_of(dot);
  for (const auto& words : figure.texts) text += svg_of(words);
  return text + "</svg>\n";
}

}  // namespace relprompt::analysis
