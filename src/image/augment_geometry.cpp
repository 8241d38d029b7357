#include "image/augment_geometry.h"

#include <algorithm>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "image/guard.h"
#include "image/label_values.h"

namespace relprompt::image {
namespace {

CropBox random_box(const LabelMap& labels, int side, AugmentDraws& draws) {
  const int spare_rows = std::max(labels.height - side, 0), spare_columns = std::max(labels.width - side, 0);
  CropBox box;
  box.top = draws.integer(0, spare_rows + 1);
  box.left = draws.integer(0, spare_columns + 1);
  box.height = std::min(side, labels.height);
  box.width = std::min(side, labels.width);
  return box;
}

// True if the box shows several classes and none of them fills max_ratio of it.
bool is_varied(const LabelMap& labels, const CropBox& box, double max_ratio,
               std::vector<std::uint32_t>& counts) {
  std::fill(counts.begin(), counts.end(), 0);
  for (int y = box.top; y < box.top + box.height; ++y) {
    const std::uint16_t* row =
        &labels.labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(labels.width)];
    for (int x = box.left; x < box.left + box.width; ++x) ++counts[row[x]];
  }
  std::uint64_t sum = 0, most = 0, classes = 0;
  for (std::size_t label = 0; label < kBackgroundLabel; ++label) {
    sum += counts[label];
    most = std::max<std::uint64_t>(most, counts[label]);
    classes += counts[label] > 0 ? 1 : 0;
  }
  return classes > 1 && static_cast<double>(most) / static_cast<double>(sum) < max_ratio;
}

template <class Value>
std::vector<Value> cut_rows(const std::vector<Value>& values, int stored_width, std::size_t channels,
                            const CropBox& box) {
  const std::size_t stride = static_cast<std::size_t>(stored_width) * channels;
  const std::size_t first = static_cast<std::size_t>(box.left) * channels;
  const std::size_t count = static_cast<std::size_t>(box.width) * channels;
  std::vector<Value> result;
  result.reserve(count * static_cast<std::size_t>(box.height));
  for (int y = box.top; y < box.top + box.height; ++y) {
    const Value* row = values.data() + static_cast<std::size_t>(y) * stride + first;
    result.insert(result.end(), row, row + count);
  }
  return result;
}

}  // namespace

Size fitted(int height, int width, int long_side, int short_side) {
  const double scale = std::min(static_cast<double>(std::max(long_side, 1)) / std::max(height, width),
                                static_cast<double>(std::max(short_side, 1)) / std::min(height, width));
  const auto side = [&](int stored) {
    const double scaled = stored * scale + 0.5;
    return std::max(1, static_cast<int>(scaled));
  };
  return {side(height), side(width)};
}

LabelMap resize_labels(const LabelMap& labels, int height, int width) {
  return guarded(ErrorCode::kInternal, fmt::format("resize labels to {}x{}", width, height), [&] {
    LabelMap result;
    result.height = height;
    result.width = width;
    result.labels.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    const cv::Mat from(labels.height, labels.width, CV_16UC1,
                       const_cast<std::uint16_t*>(labels.labels.data()));
    cv::Mat to(height, width, CV_16UC1, result.labels.data());
    cv::resize(from, to, to.size(), 0, 0, cv::INTER_NEAREST);
    return result;
  });
}

CropBox choose_crop(const LabelMap& labels, int side, double max_ratio, int tries, AugmentDraws& draws) {
  CropBox box = random_box(labels, side, draws);
  if (max_ratio >= 1) return box;
  std::vector<std::uint32_t> counts(std::size_t{LabelMap::kUnknown} + 1);
  for (int i = 0; i < tries; ++i) {
    if (is_varied(labels, box, max_ratio, counts)) break;
    box = random_box(labels, side, draws);
  }
  return box;
}

Image cut(const Image& image, const CropBox& box) {
  return {box.height, box.width, cut_rows(image.rgb, image.width, 3, box)};
}

LabelMap cut(const LabelMap& labels, const CropBox& box) {
  return {box.height, box.width, cut_rows(labels.labels, labels.width, 1, box)};
}

void exchange_left_and_right(Image& image) {
  const auto width = static_cast<std::size_t>(image.width);
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
    std::uint8_t* row = image.rgb.data() + y * width * 3;
    for (std::size_t x = 0; x < width / 2; ++x) {
      std::swap_ranges(row + 3 * x, row + 3 * x + 3, row + 3 * (width - 1 - x));
    }
  }
}

void exchange_left_and_right(LabelMap& labels) {
  const auto width = static_cast<std::ptrdiff_t>(labels.width);
  for (auto row = labels.labels.begin(); row != labels.labels.end(); row += width)
    std::reverse(row, row + width);
}

}  // namespace relprompt::image
