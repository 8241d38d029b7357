// The steps of augmentation that move pixels. Image and labels always take the same way, so that a label
// stays on its pixel.
#pragma once

#include "relprompt/image.h"

#include "image/augment_random.h"
#include "image/resize.h"

namespace relprompt::image {

/// Most pixels a side that resizing targets may ask for.
constexpr int kMaxAugmentedSide = 65536;

/// The largest size of the image's shape whose longer side is at most `long_side` and whose shorter side is
/// at most `short_side` pixels; each side int(side * scale + 0.5) as mmcv rounds it, and at least 1.
Size fitted(int height, int width, int long_side, int short_side);

/// Nearest neighbour, the same pixels that cv::resize with INTER_NEAREST takes. Throws Error(kOutOfMemory).
LabelMap resize_labels(const LabelMap& labels, int height, int width);

/// A part of an image, in pixels.
struct CropBox {
  int top = 0, left = 0, height = 0, width = 0;
};

/// A box of `side` pixels a side (or the whole side where the image is smaller) at a random place. As
/// long as one class has `max_ratio` of its labelled pixels or more, or it shows no two classes, another
/// place is drawn, `tries` times; the last draw is taken unseen, as in mmsegmentation. max_ratio >= 1 takes
/// the first.
CropBox choose_crop(const LabelMap& labels, int side, double max_ratio, int tries, AugmentDraws& draws);

/// The pixels of the box, which must lie inside.
Image cut(const Image& image, const CropBox& box);
LabelMap cut(const LabelMap& labels, const CropBox& box);

void exchange_left_and_right(Image& image);
void exchange_left_and_right(LabelMap& labels);

}  // namespace relprompt::image
