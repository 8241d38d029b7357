// What a camera adds to a scene: brightness, a slope of light over the image, a tint, and noise.
#pragma once

#include "relprompt/image.h"

#include "world/draw.h"

namespace relprompt::world {

/// The light of one scene.
struct Light {
  int from = 0;             ///< direction that it comes from, in 1 / kTurn of a circle
  int slope = 0;            ///< brightness in percent gained from the middle of the image to its bright side
  int gain = 100;           ///< brightness of the middle in percent
  int tint[3] = {0, 0, 0};  ///< of the channels in percent
};

Light random_light(Draw& draw);

/// Applies light, then noise of at most `noise` a channel, to the whole image.
void expose(const Light& light, int noise, Image& image, Draw& draw);

}  // namespace relprompt::world
