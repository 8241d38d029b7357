// Images with a side of less than a patch: their last row and column are repeated, so that the network has a
// patch to see, and what is found there is cut off again.
#pragma once

#include <cstdint>

#include "relprompt/blocks.h"

namespace relprompt::segmenter {

/// A reader for an image of at least one patch a side that asks `reader` about pixels of the image alone.
RectangleReader extending_reader(const RectangleReader& reader, std::int64_t height, std::int64_t width);

/// Keeps the first height x width pixels of a result, and counts again.
void cut_result(Segmentation& result, int height, int width);

/// A sink that passes on that part of planes [count, height, width].
ScoreSink cutting_sink(const ScoreSink& sink, const Rectangle& extended, int height, int width);

}  // namespace relprompt::segmenter
