// mmsegmentation's training pipeline for one image with its labels: ratio resize, random crop, flip,
// photometric distortion, pad. Its steps and their order are kept, because the paper's numbers were reached
// with them; its random numbers are not, because ours must not depend on threads (augment_random.h).
#pragma once

#include <array>
#include <cstdint>

#include "relprompt/image.h"

#include "image/augment_colors.h"
#include "image/augment_random.h"

namespace relprompt::image {

struct AugmentOptions {
  int long_side = 2048;    ///< pixels: the image is scaled to fit long_side x short_side,
  int short_side = 512;    ///< pixels: both times a ratio drawn from
  double min_ratio = 0.5;  ///< min_ratio
  double max_ratio = 2.0;  ///< to max_ratio
  int crop = 512;          ///< pixels a side of the result
  double cat_max_ratio =
      0.75;             ///< no class should fill this share of a crop's labelled pixels; 1: do not care
  int crop_tries = 10;  ///< crops looked at before one is taken as it comes
  double flip = 0.5;    ///< probability of exchanging left and right
  bool distort = true;  ///< change colours at random, as `colors` says
  ColorOptions colors;
};

/// Throws Error(kBadArgument) that names the first field that is out of range.
void check(const AugmentOptions& options);

/// Which sample of which epoch: equal keys give equal results.
struct AugmentKey {
  std::uint64_t seed = 0, epoch = 0, index = 0;
};

struct Augmented {
  Image image;      ///< [crop, crop]; the image is at the top left, the padding has bytes 0
  LabelMap labels;  ///< [crop, crop]; LabelMap::kUnknown for ignored pixels and padding
  int valid_height = 0, valid_width = 0;  ///< pixels of the image; the rest is padding
};

/// Throws Error: kBadArgument if image and labels differ in size, are empty, or an option is out of range;
/// kOutOfMemory.
Augmented augment(const Image& image, const LabelMap& labels, const AugmentOptions& options,
                  const AugmentKey& key);

/// The same with whatever answers `draws` gives.
Augmented augment(const Image& image, const LabelMap& labels, const AugmentOptions& options,
                  AugmentDraws& draws);

/// The network's input: (value - mean) / deviation for each channel, and 0 in the padding, which is why
/// padding comes after normalising.
/// @param mean,deviation RGB, 0-255 scale
/// @param planes receives [3, crop, crop]
void normalize(const Augmented& sample, const std::array<float, 3>& mean,
               const std::array<float, 3>& deviation, float* planes);

}  // namespace relprompt::image
