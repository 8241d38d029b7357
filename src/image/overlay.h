// The picture that shows a person what was found: photo, class colours, borders and a legend.
#pragma once

#include <filesystem>

#include "relprompt/classes.h"
#include "relprompt/image.h"
#include "relprompt/options.h"

namespace relprompt::image {

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
