// Photometric distortion as mmsegmentation does it: on 8-bit values, through OpenCV's 8-bit HSV (hue in steps
// of 2 degrees), every step with probability 1/2.
#pragma once

#include "relprompt/image.h"

#include "image/augment_random.h"

namespace relprompt::image {

struct ColorOptions {
  double brightness = 32;       ///< added to every value: -brightness to brightness
  double min_contrast = 0.5;    ///< factor of every value, at least
  double max_contrast = 1.5;    ///< at most
  double min_saturation = 0.5;  ///< factor of the saturation, at least
  double max_saturation = 1.5;  ///< at most
  int hue = 18;                 ///< added to the hue: -hue to hue - 1 steps of 2 degrees, around the circle
};

/// Brightness; contrast if a coin says so; saturation; hue; contrast if the coin said no. Results are cut to
/// 0..255 and lose their fraction. Throws Error(kOutOfMemory).
void distort_colors(Image& image, const ColorOptions& options, AugmentDraws& draws);

}  // namespace relprompt::image
