#include "segmenter/extended_block.h"

#include <algorithm>
#include <vector>

namespace relprompt::segmenter {

RectangleReader extending_reader(const RectangleReader& reader, std::int64_t height, std::int64_t width) {
  return [&reader, height, width](const Rectangle& where) {
    const Rectangle there = {where.y, where.x,
                             static_cast<int>(std::min<std::int64_t>(where.height, height - where.y)),
                             static_cast<int>(std::min<std::int64_t>(where.width, width - where.x))};
    const RectanglePixels read = reader(there);
    RectanglePixels result;
    result.image.height = where.height;
    result.image.width = where.width;
    for (int y = 0; y < where.height; ++y) {
      for (int x = 0; x < where.width; ++x) {
        const auto from =
            static_cast<std::size_t>(std::min(y, there.height - 1)) * static_cast<std::size_t>(there.width) +
            static_cast<std::size_t>(std::min(x, there.width - 1));
        for (std::size_t c = 0; c < 3; ++c) result.image.rgb.push_back(read.image.rgb.at(3 * from + c));
        if (!read.valid.empty()) result.valid.push_back(read.valid.at(from));
      }
    }
    return result;
  };
}

void cut_result(Segmentation& result, int height, int width) {
  LabelMap cut;
  cut.height = height;
  cut.width = width;
  std::fill(result.pixels.begin(), result.pixels.end(), 0);
  result.unknown_pixels = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto label =
          result.labels.labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(result.labels.width) +
                               static_cast<std::size_t>(x)];
      cut.labels.push_back(label);
      ++(label == LabelMap::kUnknown ? result.unknown_pixels : result.pixels[label]);
    }
  }
  result.labels = std::move(cut);
}

ScoreSink cutting_sink(const ScoreSink& sink, const Rectangle& extended, int height, int width) {
  if (!sink) return {};
  return [&sink, extended, height, width](std::size_t first, std::size_t count, const float* planes) {
    std::vector<float> cut;
    for (std::size_t c = 0; c < count; ++c) {
      for (int y = 0; y < height; ++y) {
        const float* row =
            planes + (c * static_cast<std::size_t>(extended.height) + static_cast<std::size_t>(y)) *
                         static_cast<std::size_t>(extended.width);
        cut.insert(cut.end(), row, row + width);
      }
    }
    sink(first, count, cut.data());
  };
}

}  // namespace relprompt::segmenter
