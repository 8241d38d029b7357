// Text on images, with the stroke font that OpenCV carries: no font files, but ASCII only.
#pragma once

#include <string>

#include "relprompt/image.h"

#include "image/palette.h"

namespace relprompt::image {

/// UTF-8 as the ASCII that draw_text can draw: other scripts are transliterated ("Straße" -> "Strasse"), what
/// has no Latin form becomes '?', and so does malformed UTF-8.
std::string drawable(const std::string& utf8);

/// Width in pixels of a drawable text whose capitals are `height` pixels high.
int text_width(const std::string& text, int height);

/// The text, cut and ended with ".." if it would be wider than `width` pixels.
std::string shortened(const std::string& text, int height, int width);

/// Draws a drawable text with its left end of the baseline at (x, baseline), cut off at the image's sides.
void draw_text(Image& image, int x, int baseline, const std::string& text, int height, Color color);

}  // namespace relprompt::image
