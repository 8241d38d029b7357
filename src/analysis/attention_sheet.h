// Relationship attention maps of one image on one sheet (paper, figure 1): a row for every class, a column
// for every layer that makes prompts.
#pragma once

#include <string>

#include "relprompt/analysis.h"
#include "relprompt/classes.h"
#include "relprompt/image.h"

namespace relprompt::analysis {

struct AttentionSheetOptions {
  int cell_height = 150;  ///< pixels of a map, 16 to 4096; one wider than twice that is shown lower
  float alpha = 0.65f;    ///< weight of the colours over the grey image, 0 to 1
  int text = 11;          ///< pixels: height of capitals, 8 to 40
};

/// Lowest and highest number of a layer (its position in maps.layers), all classes together: what the ends of
/// its colours stand for.
struct AttentionScale {
  float low = 0, high = 0;
};
AttentionScale scale_of(const AttentionMaps& maps, std::size_t layer);

/// The image, then the maps over it. Colours of a column share one scale, shown below it with its numbers:
/// classes of a layer can be compared, and layers, whose numbers differ, are each shown in full.
/// @param name UTF-8, above all; empty takes no room
/// Throws Error: kBadArgument if the maps have no layer, sizes disagree or an option is out of range;
/// kImageTooLarge; kOutOfMemory.
Image draw_attention_sheet(const Image& image, const AttentionMaps& maps, const ClassList& classes,
                           const std::string& name, const AttentionSheetOptions& options = {});

}  // namespace relprompt::analysis
