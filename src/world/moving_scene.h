// A scene of the synthetic world in motion, with the truth about every pixel of every frame.
//
//   MovingScene scene(seed, {options, 1.5, 25});
//   const MovingScene::Frame first = scene.frame(0);   // any frame, in any order, always with the same bytes
//
// Backgrounds and light stay; objects, each with its pattern, go straight on by whole pixels, turn round
// where three quarters of them would leave the image, and now and then stand still all together. Later
// objects pass in front of earlier ones.
#pragma once

#include <cstdint>
#include <vector>

#include "relprompt/image.h"

#include "world/light.h"
#include "world/options.h"
#include "world/outline.h"

namespace relprompt::world {

struct MotionOptions {
  Options scene;       ///< noise is drawn anew for every frame
  double speed = 1.5;  ///< of the fastest object in pixels a frame, 0 to 16; the slowest has half of it
  int still = 25;      ///< percent of the time that nothing moves, in turns of 40 frames; 0 to 100
};

/// Throws Error(kBadArgument) that names the option out of range.
void check(const MotionOptions& options);

class MovingScene {
 public:
  /// Throws Error(kBadArgument) as check does.
  MovingScene(std::uint64_t seed, const MotionOptions& options);

  struct Frame {
    Image image;
    LabelMap labels;
  };
  /// Frames count from 0.
  Frame frame(std::uint64_t number) const;

 private:
  struct Object {
    std::uint16_t label = 0;
    int radius = 0;
    Outline outline;
    Image look;                    ///< the object alone, its middle at (radius + 1, radius + 1)
    int x = 0, y = 0;              ///< in frame 0, 1 / 256 pixel
    int speed_x = 0, speed_y = 0;  ///< 1 / 256 pixel a frame
  };

  Object draw_object(std::uint16_t label, class Draw& draw) const;
  /// How many frames things have moved for when frame `number` is shown.
  std::uint64_t moved(std::uint64_t number) const;

  std::uint64_t seed_;
  MotionOptions options_;
  Frame empty_;  ///< the backgrounds
  std::vector<Object> objects_;
  Light light_;
};

}  // namespace relprompt::world
