#include "image/augment.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "image/augment_geometry.h"
#include "image/augment_random.h"
#include "image/resize.h"

namespace relprompt::image {
namespace {

void require(bool holds, const char* field, const char* expected) {
  if (holds) return;
  throw Error(ErrorCode::kBadArgument, fmt::format("augmentation: {} must be {}", field, expected));
}

void require_pair(const Image& image, const LabelMap& labels) {
  const auto pixels = static_cast<std::size_t>(std::max(0, image.height)) *
                      static_cast<std::size_t>(std::max(0, image.width));
  if (pixels > 0 && image.height == labels.height && image.width == labels.width &&
      image.rgb.size() == 3 * pixels && labels.labels.size() == pixels) {
    return;
  }
  throw Error(ErrorCode::kBadArgument,
              fmt::format("cannot augment an image of {}x{} pixels with labels of {}x{}", image.width,
                          image.height, labels.width, labels.height));
}

// Moves the rows apart; what is new is 0 and unknown.
Augmented padded(Image image, LabelMap labels, int side) {
  Augmented result;
  result.valid_height = image.height;
  result.valid_width = image.width;
  if (image.height == side && image.width == side) {
    result.image = std::move(image);
    result.labels = std::move(labels);
    return result;
  }
  const auto all = static_cast<std::size_t>(side), width = static_cast<std::size_t>(image.width);
  result.image = {side, side, std::vector<std::uint8_t>(all * all * 3)};
  result.labels = {side, side, std::vector<std::uint16_t>(all * all, LabelMap::kUnknown)};
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
    std::copy_n(&image.rgb[y * width * 3], width * 3, &result.image.rgb[y * all * 3]);
    std::copy_n(&labels.labels[y * width], width, &result.labels.labels[y * all]);
  }
  return result;
}

}  // namespace

void check(const AugmentOptions& options) {
  require(options.long_side > 0 && options.long_side <= kMaxAugmentedSide, "long_side", "1 to 65536 pixels");
  require(options.short_side > 0 && options.short_side <= options.long_side, "short_side",
          "1 to long_side pixels");
  require(options.min_ratio > 0, "min_ratio", "above 0");
  require(options.max_ratio >= options.min_ratio && options.max_ratio <= 16, "max_ratio", "min_ratio to 16");
  require(options.crop > 0 && options.crop <= 16384, "crop", "1 to 16384 pixels");
  require(options.cat_max_ratio > 0 && options.cat_max_ratio <= 1, "cat_max_ratio", "above 0 and at most 1");
  require(options.crop_tries > 0, "crop_tries", "at least 1");
  require(options.flip >= 0 && options.flip <= 1, "flip", "0 to 1");
  const ColorOptions& colors = options.colors;
  require(colors.brightness >= 0 && colors.brightness <= 255, "brightness", "0 to 255");
  require(colors.min_contrast >= 0 && colors.max_contrast >= colors.min_contrast, "max_contrast",
          "at least min_contrast, and that at least 0");
  require(colors.min_saturation >= 0 && colors.max_saturation >= colors.min_saturation, "max_saturation",
          "at least min_saturation, and that at least 0");
  require(colors.hue >= 0 && colors.hue <= 90, "hue", "0 to 90 steps of 2 degrees");
}

Augmented augment(const Image& image, const LabelMap& labels, const AugmentOptions& options,
                  const AugmentKey& key) {
  AugmentRandom random(key.seed, key.epoch, key.index);
  return augment(image, labels, options, random);
}

Augmented augment(const Image& image, const LabelMap& labels, const AugmentOptions& options,
                  AugmentDraws& draws) {
  check(options);
  require_pair(image, labels);
  const double ratio = draws.between(options.min_ratio, options.max_ratio);
  const Size size = fitted(image.height, image.width, static_cast<int>(options.long_side * ratio),
                           static_cast<int>(options.short_side * ratio));
  const LabelMap resized = resize_labels(labels, size.height, size.width);
  const CropBox box = choose_crop(resized, options.crop, options.cat_max_ratio, options.crop_tries, draws);
  Image seen = cut(resize(image, size.height, size.width), box);
  LabelMap truth = cut(resized, box);
  if (draws.between(0, 1) < options.flip) {
    exchange_left_and_right(seen);
    exchange_left_and_right(truth);
  }
  if (options.distort) distort_colors(seen, options.colors, draws);
  return padded(std::move(seen), std::move(truth), options.crop);
}

void normalize(const Augmented& sample, const std::array<float, 3>& mean,
               const std::array<float, 3>& deviation, float* planes) {
  const auto height = static_cast<std::size_t>(sample.image.height),
             width = static_cast<std::size_t>(sample.image.width);
  const auto rows = static_cast<std::size_t>(sample.valid_height),
             columns = static_cast<std::size_t>(sample.valid_width);
  std::fill_n(planes, 3 * height * width, 0.0f);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t y = 0; y < rows; ++y) {
      for (std::size_t x = 0; x < columns; ++x) {
        const float value = sample.image.rgb[(y * width + x) * 3 + c];
        planes[(c * height + y) * width + x] = (value - mean[c]) / deviation[c];
      }
    }
  }
}

}  // namespace relprompt::image
