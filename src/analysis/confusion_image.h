// The confusion matrix as an image: which classes are taken for which others. Hundreds of classes fit no
// page, so it shows the worst ones and sums up the rest.
#pragma once

#include <cstddef>

#include "relprompt/classes.h"
#include "relprompt/image.h"

#include "eval/confusion.h"

namespace relprompt::analysis {

/// Most classes that one image shows.
constexpr std::size_t kMaxDrawnClasses = 100;

/// Rows are labelled classes, columns predicted ones with "others" and "unknown" behind them; a cell says how
/// many percent of the row's pixels it holds, in blue where right and in red where wrong. Cells below half a
/// percent stay without number, rows without a pixel show dashes. Without a wrong pixel, a sentence.
/// @param most classes to show, the worst ones (eval/worst_pairs.h), 1 to kMaxDrawnClasses
/// Throws Error: kBadArgument if the counts have no pairs (Detail::kTotals), there are not as many names as
/// classes, or `most` is out of range; kOutOfMemory.
Image draw_confusion(const eval::ConfusionMatrix& matrix, const ClassList& classes, std::size_t most = 20);

}  // namespace relprompt::analysis
