// Scenes in motion.
#include "world/moving_scene.h"

#include <algorithm>
#include <cstdlib>

#include "test_support.h"
#include "world/names.h"

namespace relprompt::world {
namespace {

MotionOptions quiet() {
  MotionOptions options;
  options.scene.noise = 0;
  options.scene.min_objects = 3;
  return options;
}

TEST(MovingScene, AnyFrameCanBeMadeAlone) {
  const MovingScene scene(7, MotionOptions{});
  const auto later = scene.frame(33);
  scene.frame(2);
  const auto again = MovingScene(7, MotionOptions{}).frame(33);
  EXPECT_EQ(later.image.rgb, again.image.rgb);
  EXPECT_EQ(later.labels.labels, again.labels.labels);
  EXPECT_NE(later.image.rgb, MovingScene(8, MotionOptions{}).frame(33).image.rgb);
}

TEST(MovingScene, StandsStillForAShareOfTheTime) {
  MotionOptions options = quiet();
  options.still = 25;
  const MovingScene scene(1, options);
  int same = 0;
  for (std::uint64_t i = 0; i < 80; ++i) same += scene.frame(i).image.rgb == scene.frame(i + 1).image.rgb;
  EXPECT_EQ(same, 20);
}

TEST(MovingScene, NoiseIsNewInEveryFrame) {
  MotionOptions options;
  options.still = 100;
  const MovingScene scene(1, options);
  EXPECT_NE(scene.frame(0).image.rgb, scene.frame(1).image.rgb);
  EXPECT_EQ(scene.frame(0).labels.labels, scene.frame(1).labels.labels);
}

TEST(MovingScene, ObjectsTakeTheirPatternsAlong) {
  MotionOptions options = quiet();
  options.still = 0;
  options.scene.min_objects = options.scene.max_objects = 1;
  const MovingScene scene(4, options);
  const auto first = scene.frame(0), later = scene.frame(1);
  // Some shift by whole pixels carries the object's mask onto itself, and its inside with it but for the
  // slope of the light.
  bool found = false;
  for (int dy = -2; dy <= 2 && !found; ++dy) {
    for (int dx = -2; dx <= 2 && !found; ++dx) {
      int pixels = 0, masks = 0, colors = 0;
      for (int y = 8; y < 88; ++y) {
        for (int x = 8; x < 88; ++x) {
          const auto at = static_cast<std::size_t>(96 * y + x),
                     from = static_cast<std::size_t>(96 * (y - dy) + x - dx);
          if (is_ground(first.labels.labels[from])) continue;
          ++pixels;
          masks += later.labels.labels[at] == first.labels.labels[from];
          colors += std::abs(int{later.image.rgb[3 * at]} - int{first.image.rgb[3 * from]}) <= 4;
        }
      }
      found = pixels > 100 && masks == pixels && colors == pixels;
    }
  }
  EXPECT_TRUE(found);
}

TEST(MovingScene, ObjectsStayInTheImage) {
  MotionOptions options = quiet();
  options.speed = 16;
  options.still = 0;
  options.scene.min_objects = options.scene.max_objects = 1;
  const MovingScene scene(11, options);
  for (std::uint64_t i = 0; i < 60; ++i) {
    const auto labels = scene.frame(i).labels.labels;
    EXPECT_GT(std::count_if(labels.begin(), labels.end(), [](auto label) { return !is_ground(label); }), 30)
        << i;
  }
}

TEST(MovingScene, RefusesOptionsOutOfRange) {
  MotionOptions options;
  options.speed = 17;
  EXPECT_ERROR(MovingScene(1, options), ErrorCode::kBadArgument, "speed: expected 0 to 16");
  options = {};
  options.still = 101;
  EXPECT_ERROR(MovingScene(1, options), ErrorCode::kBadArgument, "still");
  options = {};
  options.scene.size = 8;
  EXPECT_ERROR(MovingScene(1, options), ErrorCode::kBadArgument, "size");
}

}  // namespace
}  // namespace relprompt::world
