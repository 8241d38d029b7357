// Contact sheets: images side by side with their label maps, to see at a glance what a model finds, what is
// labelled, or how two models differ.
#pragma once

#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/image.h"

#include "analysis/swatches.h"

namespace relprompt::analysis {

struct SheetRow {
  std::string name;  ///< UTF-8, above the row; empty takes no room
  Image image;
  std::vector<LabelMap> maps;  ///< each of the image's size
};

struct Sheet {
  /// Headings, UTF-8: the first over the images, then one for each label map of a row. Every row has
  /// columns.size() - 1 maps.
  std::vector<std::string> columns;
  std::vector<SheetRow> rows;
  bool has_truth = false;  ///< the first label map of every row is the truth, not what a model says
};

struct SheetOptions {
  int row_height = 220;  ///< pixels of an image, 16 to 4096; one wider than twice that is shown lower
  float alpha = 0.7f;    ///< weight of the class colours over the image, 0 to 1; 1 shows colours alone
  int text = 11;         ///< pixels: height of capitals, 8 to 40
};

/// A grid of images with headings and, below it, the classes that occur in any map, in the colours of
/// image::color_of. Pixels of LabelMap::kUnknown are dark with light diagonals, of another slope where they
/// are the truth's: those are ignored, others are unknown. A sheet without rows shows its headings. Throws
/// Error: kBadArgument for a sheet without columns, a row with another number of maps, a map that has not its
/// image's size, a label without class, or an option out of range; kImageTooLarge; kOutOfMemory.
Image draw_sheet(const Sheet& sheet, const ClassList& classes, const SheetOptions& options = {});

/// What the legend of a sheet that can be drawn explains: the classes that occur, then "unknown" and
/// "ignored" where there are such pixels.
std::vector<Swatch> sheet_legend(const Sheet& sheet, const ClassList& classes);

}  // namespace relprompt::analysis
