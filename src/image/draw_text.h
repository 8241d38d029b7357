// Text on images: in the fonts of this machine where librelprompt-fonts is installed (font_table.h), else
// with the stroke font that OpenCV carries, which has ASCII alone.
#pragma once

#include <string>

#include "relprompt/image.h"

#include "image/font_table.h"
#include "image/palette.h"

namespace relprompt::image {

/// UTF-8 as what draw_text can draw: on one line, without control characters, malformed parts as U+FFFD.
/// Without fonts as ASCII: other scripts are transliterated ("Straße" -> "Strasse"), and what has no Latin
/// form becomes '?'. A text of some thousand letters is cut and ended with an ellipsis.
std::string drawable(const std::string& utf8);

/// Width in pixels of a drawable text whose capitals are `height` pixels high.
int text_width(const std::string& text, int height);

/// The box around all of its letters, to a pixel at each side.
TextBox text_box(const std::string& text, int height);

/// The text, cut between two characters and ended with an ellipsis (".." without fonts) if it would be wider
/// than `width` pixels. Takes no longer for a longer text.
std::string shortened(const std::string& text, int height, int width);

/// Draws a drawable text with its left end of the baseline at (x, baseline), cut off at the image's sides.
void draw_text(Image& image, int x, int baseline, const std::string& text, int height, Color color);

/// Pixels by which the rim goes beyond letters of this height.
int rim_of(int height);

/// The same on any background: within a rim of another colour.
void draw_rimmed_text(Image& image, int x, int baseline, const std::string& text, int height, Color color,
                      Color rim);

}  // namespace relprompt::image
