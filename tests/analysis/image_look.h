// What the tests of this area ask an image: which colours it has, and where.
#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "relprompt/classes.h"
#include "relprompt/image.h"

#include "image/palette.h"

namespace relprompt::test {

image::Color at(const Image& image, int y, int x);

/// How many pixels of the part (of all without one) have this colour.
int count(const Image& image, image::Color color);
int count(const Image& image, const cv::Rect& part, image::Color color);

/// How many pixels of the part are dark grey or black, as letters are; swatches and curves are not.
int ink(const Image& image, const cv::Rect& part);

/// The smallest rectangle around the pixels that are not white; empty if all are.
cv::Rect drawn_part(const Image& image);

/// height * width * 3 bytes.
bool whole(const Image& image);

Image filled(int height, int width, image::Color color);
LabelMap filled_map(int height, int width, std::uint16_t label);

/// Classes "class 0", "class 1", ...
ClassList numbered_classes(std::size_t count);

}  // namespace relprompt::test
