// Scenes: equal wherever they are made, and true about themselves.
#include "world/scene.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "test_support.h"

namespace relprompt::world {
namespace {

std::array<int, kClasses> counts_of(const LabelMap& labels) {
  std::array<int, kClasses> counts{};
  for (const std::uint16_t label : labels.labels) ++counts.at(label);
  return counts;
}

Options of_size(int size) {
  Options options;
  options.size = size;
  return options;
}

TEST(Scene, SameSeedAndIndexGiveTheSameScene) {
  for (std::uint64_t index = 0; index < 5; ++index) {
    const Scene one = make_scene(3, index), other = make_scene(3, index);
    EXPECT_EQ(one.image.rgb, other.image.rgb);
    EXPECT_EQ(one.labels.labels, other.labels.labels);
  }
}

TEST(Scene, SeedsAndIndicesGiveDifferentScenes) {
  std::set<std::vector<std::uint8_t>> images;
  for (std::uint64_t seed = 0; seed < 6; ++seed)
    for (std::uint64_t index = 0; index < 6; ++index) images.insert(make_scene(seed, index).image.rgb);
  EXPECT_EQ(images.size(), 36u);
}

TEST(Scene, EveryPixelHasAClassAndTheRegionsCountThem) {
  for (const int size : {32, 47, 96, 130}) {
    for (std::uint64_t index = 0; index < 60; ++index) {
      const Scene scene = make_scene(11, index, of_size(size));
      ASSERT_EQ(scene.labels.labels.size(), static_cast<std::size_t>(size * size));
      ASSERT_EQ(scene.image.rgb.size(), static_cast<std::size_t>(3 * size * size));
      std::array<int, kClasses> counts = counts_of(scene.labels);
      for (const Region& region : scene.objects) {
        EXPECT_FALSE(is_ground(region.label));
        EXPECT_EQ(counts.at(region.label), region.visible) << size << " " << index;
        counts.at(region.label) = 0;
      }
      for (const Region& region : scene.grounds) {
        EXPECT_TRUE(is_ground(region.label));
        EXPECT_EQ(counts.at(region.label), region.visible) << size << " " << index;
        EXPECT_GE(region.visible * 32, size * size);
        counts.at(region.label) = 0;
      }
      for (const int left : counts) EXPECT_EQ(left, 0) << "pixels of a class that is no region";
    }
  }
}

TEST(Scene, LaterObjectsCoverEarlierOnesButNeverHideThem) {
  Options options;
  options.min_objects = options.max_objects = kMostObjects;
  int covered = 0;
  for (std::uint64_t index = 0; index < 100; ++index) {
    const Scene scene = make_scene(5, index, options);
    ASSERT_FALSE(scene.objects.empty());
    EXPECT_EQ(scene.objects.back().visible, scene.objects.back().whole);
    for (const Region& region : scene.objects) {
      EXPECT_LE(region.visible, region.whole);
      EXPECT_GE(region.visible * 2, region.whole);
      if (region.visible < region.whole) ++covered;
    }
  }
  EXPECT_GT(covered, 50);
}

TEST(Scene, ShowsAsManyObjectsAsAskedFor) {
  std::array<int, kMostObjects + 1> scenes{};
  for (std::uint64_t index = 0; index < 400; ++index) ++scenes.at(make_scene(2, index).objects.size());
  EXPECT_EQ(scenes[0] + scenes[5] + scenes[6], 0);
  for (const std::size_t count : {1, 2, 3, 4}) EXPECT_GT(scenes[count], 50) << count;
  Options bare;
  bare.min_objects = bare.max_objects = 0;
  EXPECT_TRUE(make_scene(2, 0, bare).objects.empty());
}

TEST(Scene, HasSecondBackgroundsAsOftenAsAskedFor) {
  for (const auto& [percent, low, high] : {std::array{0, 0, 0}, {30, 60, 120}, {100, 290, 300}}) {
    Options options;
    options.two_grounds = percent;
    int two = 0;
    for (std::uint64_t index = 0; index < 300; ++index)
      two += static_cast<int>(make_scene(4, index, options).grounds.size()) - 1;
    EXPECT_GE(two, low) << percent;
    EXPECT_LE(two, high) << percent;
  }
}

TEST(Scene, ClassesOccurEquallyOften) {
  std::array<int, kClasses> scenes{};
  for (std::uint64_t index = 0; index < 2000; ++index) {
    const Scene scene = make_scene(8, index, of_size(48));
    for (const Region& region : scene.objects) ++scenes.at(region.label);
    for (const Region& region : scene.grounds) ++scenes.at(region.label);
  }
  // About 2.4 objects a scene over 64 classes: 75 each, with a spread of 9.
  EXPECT_GT(*std::min_element(scenes.begin(), scenes.begin() + kObjectClasses), 40);
  EXPECT_LT(*std::max_element(scenes.begin(), scenes.begin() + kObjectClasses), 120);
  for (std::size_t label = kObjectClasses; label < kClasses; ++label) EXPECT_NEAR(scenes[label], 650, 100);
}

TEST(Scene, NoiseChangesTheImageOnly) {
  Options still;
  still.noise = 0;
  const Scene one = make_scene(1, 1), other = make_scene(1, 1, still);
  EXPECT_EQ(one.labels.labels, other.labels.labels);
  ASSERT_NE(one.image.rgb, other.image.rgb);
  for (std::size_t at = 0; at < one.image.rgb.size(); ++at)
    ASSERT_LE(std::abs(one.image.rgb[at] - other.image.rgb[at]), 8);
}

// Other machines, compilers and thread counts must give these bytes too. Whoever changes what scenes look
// like changes the number here and kWorldVersion in set_recipe.cpp.
TEST(Scene, BytesAreThoseOfThisVersion) {
  std::vector<std::uint8_t> bytes;
  for (std::uint64_t index = 0; index < 40; ++index) {
    const Scene scene = make_scene(2024, index, of_size(64));
    bytes.insert(bytes.end(), scene.image.rgb.begin(), scene.image.rgb.end());
    for (const std::uint16_t label : scene.labels.labels) bytes.push_back(static_cast<std::uint8_t>(label));
  }
  EXPECT_EQ(fnv1a({reinterpret_cast<const char*>(bytes.data()), bytes.size()}), 6190169835953329765u);
}

TEST(Options, OutOfRangeIsRefused) {
  const auto with = [](auto change) {
    Options options;
    change(options);
    return options;
  };
  EXPECT_ERROR(make_scene(1, 0, of_size(7)), ErrorCode::kBadArgument,
               "size of a scene is 7; it must be 32 to 1024");
  EXPECT_ERROR(make_scene(1, 0, of_size(1025)), ErrorCode::kBadArgument, "size of a scene is 1025");
  EXPECT_ERROR(check(with([](Options& o) { o.max_objects = 7; })), ErrorCode::kBadArgument, "largest number");
  EXPECT_ERROR(check(with([](Options& o) { o.min_objects = -1; })), ErrorCode::kBadArgument,
               "smallest number");
  EXPECT_ERROR(check(with([](Options& o) { o.min_objects = 3, o.max_objects = 2; })), ErrorCode::kBadArgument,
               "at least 3 objects and at most 2");
  EXPECT_ERROR(check(with([](Options& o) { o.noise = 65; })), ErrorCode::kBadArgument, "the noise is 65");
  EXPECT_ERROR(check(with([](Options& o) { o.two_grounds = 101; })), ErrorCode::kBadArgument,
               "two backgrounds is 101");
}

}  // namespace
}  // namespace relprompt::world
