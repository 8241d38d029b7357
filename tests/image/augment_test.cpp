// Augmentation: geometric steps alone against values computed by hand, then the whole pipeline by its
// properties.
#include "image/augment.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "image/augment_geometry.h"
#include "test_support.h"

namespace relprompt::image {
namespace {

/// Colour of a label in coded(): far apart, so that bilinear mixtures at borders are told from pure colours.
std::array<std::uint8_t, 3> code(std::uint16_t label) {
  return {static_cast<std::uint8_t>(40 + 50 * (label % 5)), static_cast<std::uint8_t>(40 + 50 * (label / 5)),
          90};
}

struct Pair {
  Image image;
  LabelMap labels;
};

/// An image whose colours say the labels: blocks of `block` pixels, `classes` classes in a fixed disorder.
Pair coded(int height, int width, int block, int classes) {
  Pair pair{{height, width, {}}, {height, width, {}}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto label =
          static_cast<std::uint16_t>((7 * (y / block) + 3 * (x / block) + (x / block) % 2) % classes);
      const auto color = code(label);
      pair.image.rgb.insert(pair.image.rgb.end(), color.begin(), color.end());
      pair.labels.labels.push_back(label);
    }
  }
  return pair;
}

AugmentOptions plain(int crop) {
  AugmentOptions options;
  options.long_side = 4 * crop;
  options.short_side = crop;
  options.crop = crop;
  options.distort = false;
  return options;
}

TEST(Fitted, EqualsMmcvsRounding) {
  // min(long / max, short / min), then int(side * scale + 0.5).
  const auto expect = [](Size size, int height, int width) {
    EXPECT_EQ(size.height, height);
    EXPECT_EQ(size.width, width);
  };
  expect(fitted(360, 480, 2048, 512), 512, 683);
  expect(fitted(375, 500, 1024, 256), 256, 341);
  expect(fitted(100, 1000, 2048, 512), 205, 2048);  // the long side limits: 100 * 2.048
  expect(fitted(1000, 100, 2048, 512), 2048, 205);
  expect(fitted(1, 20000, 2048, 512), 1, 2048);  // never 0
}

TEST(ResizeLabels, TakesTheNearestPixelAndKeepsSixteenBits) {
  const LabelMap stored{1, 4, {0, 300, 846, LabelMap::kUnknown}};
  EXPECT_EQ(resize_labels(stored, 1, 8).labels,
            (std::vector<std::uint16_t>{0, 0, 300, 300, 846, 846, LabelMap::kUnknown, LabelMap::kUnknown}));
  EXPECT_EQ(resize_labels(stored, 1, 2).labels, (std::vector<std::uint16_t>{0, 846}));
  EXPECT_EQ(resize_labels(stored, 2, 4).labels.size(), 8u);
}

TEST(Exchange, MirrorsImageAndLabels) {
  Image image{2, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19}};
  LabelMap labels{2, 3, {1, 2, 3, 4, 5, 6}};
  exchange_left_and_right(image);
  exchange_left_and_right(labels);
  EXPECT_EQ(image.rgb,
            (std::vector<std::uint8_t>{7, 8, 9, 4, 5, 6, 1, 2, 3, 17, 18, 19, 14, 15, 16, 11, 12, 13}));
  EXPECT_EQ(labels.labels, (std::vector<std::uint16_t>{3, 2, 1, 6, 5, 4}));
}

double largest_share(const LabelMap& labels, const CropBox& box) {
  std::map<std::uint16_t, int> counts;
  int sum = 0, most = 0;
  for (const std::uint16_t label : cut(labels, box).labels) {
    if (label == LabelMap::kUnknown) continue;
    ++sum;
    most = std::max(most, ++counts[label]);
  }
  return sum == 0 ? 1.0 : static_cast<double>(most) / sum;
}

/// 90 % of the image is class 0, the rest, in the right corner, 1 and 2 in stripes.
LabelMap mostly_one_class() {
  LabelMap labels{60, 200, std::vector<std::uint16_t>(60 * 200)};
  for (int y = 0; y < 60; ++y) {
    for (int x = 180; x < 200; ++x)
      labels.labels[static_cast<std::size_t>(y * 200 + x)] = y / 5 % 2 == 0 ? 1 : 2;
  }
  return labels;
}

TEST(ChooseCrop, PrefersCropsThatNoClassFills) {
  const LabelMap labels = mostly_one_class();
  int varied_with_limit = 0, varied_without = 0;
  for (std::uint64_t index = 0; index < 400; ++index) {
    AugmentRandom with(1, 0, index), without(1, 0, index);
    varied_with_limit += largest_share(labels, choose_crop(labels, 40, 0.75, 10, with)) < 0.75 ? 1 : 0;
    varied_without += largest_share(labels, choose_crop(labels, 40, 1.0, 10, without)) < 0.75 ? 1 : 0;
  }
  // A crop passes if more than 10 of its 40 columns are striped: about 10 of 161 places. One draw finds one
  // in 6 % of cases, eleven in 1 - 0.94^11 = 49 %.
  EXPECT_LT(varied_without, 60);
  EXPECT_GT(varied_with_limit, 140);
  EXPECT_LT(varied_with_limit, 260);
}

TEST(ChooseCrop, CountsLabelledPixelsOnly) {
  // Half of the pixels are unknown and the rest is evenly split: no class has 0.75 of what is labelled, so
  // the first draw stands. With one class left instead, all draws are used up.
  LabelMap labels{40, 400, std::vector<std::uint16_t>(40 * 400, LabelMap::kUnknown)};
  for (std::size_t i = 0; i < labels.labels.size(); i += 2)
    labels.labels[i] = static_cast<std::uint16_t>(i / 2 % 2);
  AugmentRandom once(3, 0, 0), kept(3, 0, 0);
  const CropBox first = choose_crop(labels, 40, 1.0, 10, once);
  EXPECT_EQ(choose_crop(labels, 40, 0.75, 10, kept).left, first.left);
  EXPECT_EQ(once.integer(0, 1 << 30), kept.integer(0, 1 << 30)) << "the second one drew again";

  for (std::uint16_t& label : labels.labels) label = label == LabelMap::kUnknown ? label : 5;
  AugmentRandom single(3, 0, 0), expected(3, 0, 0);
  const CropBox last = choose_crop(labels, 40, 0.75, 10, single);
  CropBox eleventh;
  for (int i = 0; i < 11; ++i) eleventh = choose_crop(labels, 40, 1.0, 10, expected);
  EXPECT_EQ(last.left, eleventh.left);
}

TEST(ChooseCrop, ReachesEveryPlaceAndNoOther) {
  const LabelMap labels{7, 5, std::vector<std::uint16_t>(35)};
  std::set<std::pair<int, int>> places;
  for (std::uint64_t index = 0; index < 500; ++index) {
    AugmentRandom random(0, 0, index);
    const CropBox box = choose_crop(labels, 4, 1.0, 10, random);
    ASSERT_EQ(box.height, 4);
    ASSERT_EQ(box.width, 4);
    places.insert({box.top, box.left});
  }
  EXPECT_EQ(places.size(), 8u);  // 4 rows, 2 columns
  EXPECT_EQ(*places.begin(), std::pair(0, 0));
  EXPECT_EQ(*places.rbegin(), std::pair(3, 1));
}

TEST(Augment, LabelsStayOnTheirPixels) {
  const Pair pair = coded(96, 128, 16, 20);
  const AugmentOptions options = plain(64);
  for (std::uint64_t index = 0; index < 60; ++index) {
    const Augmented result = augment(pair.image, pair.labels, options, {5, 1, index});
    ASSERT_EQ(result.image.rgb.size(), 64u * 64 * 3);
    ASSERT_EQ(result.labels.labels.size(), 64u * 64);
    int pure = 0, valid = 0;
    for (int y = 0; y < result.valid_height; ++y) {
      for (int x = 0; x < result.valid_width; ++x) {
        const auto at = static_cast<std::size_t>(y * 64 + x);
        const std::uint8_t* color = &result.image.rgb[3 * at];
        ++valid;
        // A pure colour of another class would be a shift or a flip of one half only.
        for (std::uint16_t label = 0; label < 20; ++label) {
          const auto expected = code(label);
          if (!std::equal(expected.begin(), expected.end(), color)) continue;
          ++pure;
          const std::uint16_t found = result.labels.labels[at];
          // Bilinear mixtures of two neighbours may hit a third class's colour by chance on a border.
          const bool border =
              x == 0 || y == 0 || x + 1 == result.valid_width || y + 1 == result.valid_height ||
              result.labels.labels[at - 1] != found || result.labels.labels[at + 1] != found ||
              result.labels.labels[at - 64] != found || result.labels.labels[at + 64] != found;
          ASSERT_TRUE(border || found == label) << "sample " << index << " at " << x << "," << y;
        }
      }
    }
    ASSERT_GT(pure, valid / 2) << index;
  }
}

TEST(Augment, FlipsHalfOfTheSamplesAndTheirLabels) {
  // Left half class 0 and dark, right half class 1 and bright; no resizing, no cropping.
  Pair pair{{32, 32, {}}, {32, 32, {}}};
  for (int i = 0; i < 32 * 32; ++i) {
    const bool right = i % 32 >= 16;
    pair.labels.labels.push_back(right ? 1 : 0);
    pair.image.rgb.insert(pair.image.rgb.end(), 3, right ? 200 : 20);
  }
  AugmentOptions options = plain(32);
  options.min_ratio = options.max_ratio = 1.0;
  int flipped = 0;
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const Augmented result = augment(pair.image, pair.labels, options, {9, 0, index});
    const bool bright_left = result.image.rgb[0] == 200;
    ASSERT_EQ(result.labels.labels[0], bright_left ? 1 : 0);
    ASSERT_EQ(result.labels.labels[31], bright_left ? 0 : 1);
    flipped += bright_left ? 1 : 0;
  }
  EXPECT_NEAR(flipped, 500, 80);  // five standard deviations
  options.flip = 0;
  EXPECT_EQ(augment(pair.image, pair.labels, options, {9, 0, 0}).image.rgb[0], 20);
  options.flip = 1;
  EXPECT_EQ(augment(pair.image, pair.labels, options, {9, 0, 0}).image.rgb[0], 200);
}

TEST(Augment, PadsSmallImagesBelowAndToTheRight) {
  const Pair pair = coded(10, 20, 5, 4);
  AugmentOptions options = plain(32);
  options.min_ratio = options.max_ratio = 0.5;  // fits 64x16: 16 high, 32 wide
  const Augmented result = augment(pair.image, pair.labels, options, {});
  EXPECT_EQ(result.valid_height, 16);
  EXPECT_EQ(result.valid_width, 32);
  for (std::size_t i = 16 * 32; i < 32 * 32; ++i) {
    ASSERT_EQ(result.labels.labels[i], LabelMap::kUnknown);
    ASSERT_EQ(result.image.rgb[3 * i], 0);
  }
  EXPECT_NE(result.labels.labels[15 * 32 + 31], LabelMap::kUnknown);

  const std::array<float, 3> mean{10, 20, 30}, deviation{2, 4, 8};
  std::vector<float> planes(3 * 32 * 32, -1);
  normalize(result, mean, deviation, planes.data());
  EXPECT_FLOAT_EQ(planes[0], (static_cast<float>(result.image.rgb[0]) - 10) / 2);
  EXPECT_FLOAT_EQ(planes[2 * 1024 + 33], (static_cast<float>(result.image.rgb[33 * 3 + 2]) - 30) / 8);
  EXPECT_EQ(planes[16 * 32], 0.0f) << "padding is 0 after normalising";
  EXPECT_EQ(planes[3 * 1024 - 1], 0.0f);
}

TEST(Augment, RatiosCoverTheirRange) {
  const Pair pair = coded(64, 64, 8, 10);
  AugmentOptions options = plain(512);
  options.short_side = 64;
  options.long_side = 256;
  int smallest = 1000, largest = 0;
  double sum = 0;
  for (std::uint64_t index = 0; index < 300; ++index) {
    const int side = augment(pair.image, pair.labels, options, {2, 0, index}).valid_height;
    smallest = std::min(smallest, side);
    largest = std::max(largest, side);
    sum += side;
  }
  EXPECT_GE(smallest, 32);
  EXPECT_LE(smallest, 36);
  EXPECT_LT(largest, 128);
  EXPECT_GE(largest, 124);
  EXPECT_NEAR(sum / 300, 80, 8);  // uniform from 32 to 128; five standard deviations
}

TEST(Augment, DependsOnEveryPartOfTheKeyAndOnNothingElse) {
  const Pair pair = coded(80, 120, 8, 20);
  AugmentOptions options = plain(64);
  options.distort = true;
  const auto make = [&](AugmentKey key) { return augment(pair.image, pair.labels, options, key).image.rgb; };
  const auto first = make({1, 2, 3});
  EXPECT_EQ(make({1, 2, 3}), first);
  EXPECT_NE(make({0, 2, 3}), first);
  EXPECT_NE(make({1, 3, 3}), first);
  EXPECT_NE(make({1, 2, 4}), first);
  EXPECT_NE(make({1, 3, 2}), first);

  std::vector<std::vector<std::uint8_t>> alone(8), together(8);
  for (std::uint64_t i = 0; i < 8; ++i) alone[i] = make({1, 0, i});
  std::vector<std::thread> threads;
  for (std::uint64_t i = 8; i-- > 0;) threads.emplace_back([&, i] { together[i] = make({1, 0, i}); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(alone, together);
}

TEST(Augment, RefusesWhatCannotBe) {
  const Pair pair = coded(8, 8, 4, 3);
  LabelMap other = pair.labels;
  other.width = 4;
  other.height = 16;
  EXPECT_ERROR(augment(pair.image, other, plain(8), {}), ErrorCode::kBadArgument,
               "8x8 pixels with labels of 4x16");
  EXPECT_ERROR(augment({}, {}, plain(8), {}), ErrorCode::kBadArgument, "0x0");
  const auto refuses = [&](auto change, const char* field) {
    AugmentOptions options;
    change(options);
    EXPECT_ERROR(check(options), ErrorCode::kBadArgument, field);
  };
  refuses([](AugmentOptions& o) { o.crop = 0; }, "crop must be 1 to 16384");
  refuses([](AugmentOptions& o) { o.short_side = 4096; }, "short_side");
  refuses([](AugmentOptions& o) { o.long_side = 0; }, "long_side");
  refuses([](AugmentOptions& o) { o.min_ratio = 0; }, "min_ratio");
  refuses([](AugmentOptions& o) { o.max_ratio = 0.1; }, "max_ratio");
  refuses([](AugmentOptions& o) { o.cat_max_ratio = 1.5; }, "cat_max_ratio");
  refuses([](AugmentOptions& o) { o.crop_tries = 0; }, "crop_tries");
  refuses([](AugmentOptions& o) { o.flip = -0.1; }, "flip");
  refuses([](AugmentOptions& o) { o.colors.brightness = 300; }, "brightness");
  refuses([](AugmentOptions& o) { o.colors.max_contrast = 0.1; }, "max_contrast");
  refuses([](AugmentOptions& o) { o.colors.min_saturation = 2; }, "max_saturation");
  refuses([](AugmentOptions& o) { o.colors.hue = 91; }, "hue");
  EXPECT_NO_THROW(check(AugmentOptions{}));
}

}  // namespace
}  // namespace relprompt::image
