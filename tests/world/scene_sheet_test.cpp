// The sheet of scenes: its images are the scenes and their masks.
#include "world/scene_sheet.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "image/palette.h"
#include "test_support.h"
#include "world/scene.h"

namespace relprompt::world {
namespace {

using Pixel = std::array<int, 3>;

Pixel at(const Image& image, int x, int y) {
  const std::uint8_t* pixel = &image.rgb[3 * static_cast<std::size_t>(y * image.width + x)];
  return {pixel[0], pixel[1], pixel[2]};
}

TEST(SceneSheet, ShowsImagesMasksAndCaptions) {
  Options options;
  options.size = 48;
  const Image sheet = draw_scene_sheet(12, options);
  const Scene first = make_scene(12, 0, options);
  constexpr int kScale = 4, kMargin = 14, kMask = kMargin + 192 + 2;
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 48; ++x) {
      ASSERT_EQ(at(sheet, kMargin + kScale * x + 1, kMargin + kScale * y + 3), at(first.image, x, y));
      const image::Color color = image::color_of(first.labels.labels[static_cast<std::size_t>(y * 48 + x)]);
      ASSERT_EQ(at(sheet, kMask + kScale * x, kMargin + kScale * y),
                (Pixel{color.red, color.green, color.blue}));
    }
  }
  int inked = 0;  // the caption below the image
  for (int y = kMargin + 192; y < kMargin + 192 + 16; ++y)
    for (int x = kMargin; x < kMargin + 192; ++x) inked += at(sheet, x, y)[0] < 128 ? 1 : 0;
  EXPECT_GT(inked, 50);
}

TEST(SceneSheet, DrawsEverySize) {
  for (const int size : {kSmallestScene, 96, 200, 333}) {
    Options options;
    options.size = size;
    const Image sheet = draw_scene_sheet(1, options);
    EXPECT_GE(sheet.width, 8 * size);
    EXPECT_GE(sheet.height, 6 * size);
    EXPECT_EQ(sheet.rgb.size(),
              3 * static_cast<std::size_t>(sheet.width) * static_cast<std::size_t>(sheet.height));
  }
  Options wrong;
  wrong.size = 7;
  EXPECT_ERROR(draw_scene_sheet(1, wrong), ErrorCode::kBadArgument, "size of a scene is 7");
}

}  // namespace
}  // namespace relprompt::world
