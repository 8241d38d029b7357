// Scenes on one page, each with its masks and its caption, to see what a world looks like.
#pragma once

#include <cstdint>

#include "relprompt/image.h"

#include "world/options.h"

namespace relprompt::world {

constexpr int kSheetColumns = 4, kSheetRows = 6;

/// The first kSheetColumns * kSheetRows scenes of the world `seed`, enlarged by a whole number to about 192
/// pixels. Masks have the colours of image::color_of. Throws Error: kBadArgument as check(options) does,
/// kOutOfMemory.
Image draw_scene_sheet(std::uint64_t seed, const Options& options);

}  // namespace relprompt::world
