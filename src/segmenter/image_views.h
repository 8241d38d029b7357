// How an image is looked at: its views, their windows, and what labels are made from.
#pragma once

#include <vector>

#include "relprompt/image.h"
#include "relprompt/segmenter.h"

#include "image/resize.h"
#include "kernels/label_tiles.h"
#include "segmenter/patch_scorer.h"
#include "segmenter/windows.h"

namespace relprompt::segmenter {

/// One look at the image: at a size, perhaps mirrored.
struct View {
  image::Size size;
  bool mirrored = false;
  std::vector<Window> windows;
};

/// Each scale, and beside it its mirrored twin, in the order of mmsegmentation's MultiScaleFlipAug. options
/// resolved. Throws Error(kImageTooLarge).
std::vector<View> views_of(const Image& image, const SegmentOptions& options);

/// Every row of `width` numbers the other way round.
void mirror_rows(std::vector<float>& values, std::int64_t width);

/// What label_tiles and score planes are made from: scores [windows, rows, grid], into which the result
/// points. Scores of a mirrored view become those of the image as it is, and so do the places of its windows:
/// bilinear resizing does not know left from right.
kernels::LabelView label_view(const PatchScorer& scorer, const View& view, std::int64_t rows,
                              std::vector<float>& scores);

/// Without penalties. One view at least.
kernels::LabelTask label_task(const PatchScorer& scorer, std::vector<kernels::LabelView> views,
                              const ClassEmbeddings& classes, const Image& image,
                              const SegmentOptions& options);

/// Throws Error(kBadArgument) for an image without pixels, or with other than three bytes for each.
void check_image(const Image& image);

}  // namespace relprompt::segmenter
