// Readers of what the formats write, made from the formats' descriptions alone and sharing nothing with the
// writers.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace relprompt::test {

/// A mask [height, width], rows top to bottom.
using Mask = std::vector<bool>;

/// COCO's compressed RLE.
Mask decode_coco(const std::string& counts, int height, int width);

/// Label Studio's brush RLE: all values, four a pixel.
std::vector<std::uint8_t> decode_brush(const std::vector<std::uint8_t>& bytes);

/// A closed line of corners, in pixels.
using Line = std::vector<std::pair<double, double>>;

/// Pixels whose centre lies inside an odd number of the lines.
Mask fill_even_odd(const std::vector<Line>& lines, int height, int width);

/// The same by OpenCV's fillPoly, on an image four times as large, whose pixels in the middle of ours lie on
/// no line: fillPoly also paints the lines themselves. For corners of pixels only.
Mask fill_by_opencv(const std::vector<Line>& lines, int height, int width);

/// "[x, y, x, y]" of COCO, "[[x, y], [x, y]]" of the others.
Line flat_line(const nlohmann::json& numbers);
Line nested_line(const nlohmann::json& points, double factor_x = 1, double factor_y = 1);

}  // namespace relprompt::test
