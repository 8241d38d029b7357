// The four backgrounds. Each is a texture of its own scale and direction, so that it is recognised in a patch
// of 8 pixels, in duller colours than any object has.
#pragma once

#include <cstdint>

#include "relprompt/image.h"

#include "world/draw.h"
#include "world/names.h"

namespace relprompt::world {

/// Paints one background over all pixels of its label.
void paint_ground(Ground ground, const LabelMap& labels, Image& image, Draw& draw);

/// Gives every pixel the first label, or with `two` about half of them, beyond a wavy border, the second.
void lay_grounds(std::uint16_t first, std::uint16_t second, bool two, LabelMap& labels, Draw& draw);

}  // namespace relprompt::world
