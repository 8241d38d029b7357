// One image of the synthetic world with the truth about every pixel.
//
//   const Scene scene = make_scene(seed, index, options);   // equal wherever and whenever it is made
//   write_png("1.png", scene.image);
//
// Up to six objects, each of one colour and one pattern, lie on one or two backgrounds. Their outlines are
// random and have no name, so a pixel is named by what lies within a few pixels around it.
#pragma once

#include <cstdint>
#include <vector>

#include "relprompt/image.h"

#include "world/names.h"
#include "world/options.h"

namespace relprompt::world {

/// An object or a background of a scene.
struct Region {
  std::uint16_t label = 0;  ///< of class_list(); no two regions of a scene have the same
  int visible = 0;          ///< pixels of this label
  int whole = 0;            ///< pixels inside the image, with those that other objects cover
};

struct Scene {
  Image image;
  LabelMap labels;              ///< a class for every pixel, never LabelMap::kUnknown; exact
  std::vector<Region> objects;  ///< back to front: later ones cover earlier ones
  std::vector<Region> grounds;  ///< one or two; all of them are seen, by at least 1 / 32 of the pixels
};

/// Scene `index` of the world `seed`. Throws Error(kBadArgument) as check(options) does.
Scene make_scene(std::uint64_t seed, std::uint64_t index, const Options& options = {});

}  // namespace relprompt::world
