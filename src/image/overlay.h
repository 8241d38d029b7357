// The image that shows a person what was found: image, class colours, borders and a legend.
#pragma once

#include <filesystem>
#include <string>

#include "relprompt/classes.h"
#include "relprompt/image.h"
#include "relprompt/options.h"

namespace relprompt::image {

/// Image and labels in one image, with a legend of the classes found, largest share first. Its size is the
/// image's (times a whole factor, see min_side) plus the legend's band; the image stays at the top left.
/// Throws Error: kBadArgument if the sizes differ, a label has no class, or alpha is out of range;
/// kOutOfMemory.
Image draw_overlay(const Image& image, const LabelMap& map, const ClassList& classes,
                   const OverlayOptions& options = {});

/// Writes draw_overlay's image (scaled down if it is too long for a JPEG). Also throws as write_jpg does.
void write_overlay_jpg(const std::filesystem::path& path, const Image& image, const LabelMap& map,
                       const ClassList& classes, const OverlayOptions& options = {});

/// The bytes of draw_overlay's image as a PNG, whatever its size. Also throws as encode_png does.
std::string overlay_png(const Image& image, const LabelMap& map, const ClassList& classes,
                        const OverlayOptions& options = {});

/// The bytes of that file.
std::string overlay_jpg(const Image& image, const LabelMap& map, const ClassList& classes,
                        const OverlayOptions& options = {});

}  // namespace relprompt::image
