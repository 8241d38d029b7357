// The names of classes written into their regions.
#pragma once

#include "relprompt/classes.h"
#include "relprompt/image.h"

namespace relprompt::image {

/// Writes the title of every class that has room for readable letters into its region, in white or black with
/// a rim: into the widest place there, so that all of it lies on pixels of its class and no two titles meet.
/// Pixels of no class stay unnamed. The map has the image's size, and every label a class.
void write_region_names(Image& image, const LabelMap& map, const ClassList& classes);

}  // namespace relprompt::image
