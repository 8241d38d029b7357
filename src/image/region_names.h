// The names of classes written into their regions.
#pragma once

#include "relprompt/classes.h"
#include "relprompt/image.h"

namespace relprompt::image {

/// Writes the title of every class into the largest connected region of it that has room for readable
/// letters: at the point farthest from its border, in white or black with a rim. Pixels of no class stay
/// unnamed. The map has the image's size, and every label a class.
void write_region_names(Image& image, const LabelMap& map, const ClassList& classes);

}  // namespace relprompt::image
