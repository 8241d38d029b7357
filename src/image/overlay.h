// The picture that shows a person what was found: photo, class colours, borders and a legend.
#pragma once

#include <filesystem>

#include "relprompt/classes.h"
#include "relprompt/image.h"

namespace relprompt::image {

struct OverlayOptions {
  float alpha = 0.5f;    ///< weight of the class colours over the photo, 0 to 1
  bool contours = true;  ///< thin light lines where labels meet
  bool legend = true;    ///< names and shares of the classes found
  /// Photos whose shorter side is below this many pixels are enlarged by a whole factor, so that the legend's
  /// letters do not dwarf them; 1 never enlarges.
  int min_side = 320;
};

/// Photo and labels in one picture, with a legend of the classes found, largest share first. Its size is the
/// photo's (times a whole factor, see min_side) plus the legend's band; the photo stays at the top left.
/// Throws Error: kBadArgument if the sizes differ, a label has no class, or alpha is out of range;
/// kOutOfMemory.
Image draw_overlay(const Image& photo, const LabelMap& map, const ClassList& classes,
                   const OverlayOptions& options = {});

/// Writes draw_overlay's picture (scaled down if it is too long for a JPEG). Also throws as write_jpg does.
void write_overlay_jpg(const std::filesystem::path& path, const Image& photo, const LabelMap& map,
                       const ClassList& classes, const OverlayOptions& options = {});

}  // namespace relprompt::image
