#include "decoders.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include <gtest/gtest.h>

namespace relprompt::test {
namespace {

std::size_t at(int y, int x, int width) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
}

class Bits {
 public:
  explicit Bits(const std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

  std::uint64_t read(int count) {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i, ++position_)
      value = value * 2 + (bytes_.at(position_ / 8) >> (7 - position_ % 8) & 1);
    return value;
  }

 private:
  const std::vector<std::uint8_t>& bytes_;
  std::size_t position_ = 0;
};

}  // namespace

Mask decode_coco(const std::string& counts, int height, int width) {
  std::vector<long> numbers;
  for (std::size_t i = 0; i < counts.size();) {
    long value = 0;
    int shift = 0;
    for (bool more = true; more; shift += 5) {
      const int group = counts.at(i++) - 48;
      EXPECT_TRUE(group >= 0 && group < 64) << counts;
      value |= static_cast<long>(group & 31) << shift;
      more = (group & 32) != 0;
      if (!more && (group & 16) != 0) value -= 1L << (shift + 5);
    }
    if (numbers.size() > 2) value += numbers[numbers.size() - 2];
    numbers.push_back(value);
  }
  Mask mask(at(height, 0, width));
  long pixel = 0;
  bool inside = false;
  for (const long count : numbers) {
    EXPECT_GE(count, 0);
    for (long end = pixel + count; pixel < end && pixel < static_cast<long>(mask.size()); ++pixel)
      mask[at(static_cast<int>(pixel % height), static_cast<int>(pixel / height), width)] = inside;
    inside = !inside;
  }
  EXPECT_EQ(pixel, static_cast<long>(height) * width) << "the counts cover the image";
  return mask;
}

std::vector<std::uint8_t> decode_brush(const std::vector<std::uint8_t>& bytes) {
  Bits bits(bytes);
  std::vector<std::uint8_t> values(bits.read(32));
  const int word = static_cast<int>(bits.read(5)) + 1;
  int sizes[4];
  for (int& size : sizes) size = static_cast<int>(bits.read(4)) + 1;
  for (std::size_t i = 0; i < values.size();) {
    const bool is_run = bits.read(1) == 1;
    const int size = sizes[bits.read(2)];
    const std::size_t end = i + bits.read(size) + 1;
    EXPECT_LE(end, values.size());
    if (is_run) {
      const auto value = static_cast<std::uint8_t>(bits.read(word));
      for (; i < end; ++i) values.at(i) = value;
    } else {
      for (; i < end; ++i) values.at(i) = static_cast<std::uint8_t>(bits.read(word));
    }
  }
  return values;
}

Mask fill_even_odd(const std::vector<Line>& lines, int height, int width) {
  Mask mask(at(height, 0, width));
  std::vector<std::vector<double>> crossings(static_cast<std::size_t>(height));
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      auto [x0, y0] = line[i];
      auto [x1, y1] = line[(i + 1) % line.size()];
      if (y0 > y1) {
        std::swap(x0, x1);
        std::swap(y0, y1);
      }
      for (int y = std::max(0, static_cast<int>(std::ceil(y0 - 0.5))); y < height && y + 0.5 < y1; ++y)
        crossings[static_cast<std::size_t>(y)].push_back(x0 + (y + 0.5 - y0) / (y1 - y0) * (x1 - x0));
    }
  }
  for (int y = 0; y < height; ++y) {
    auto& row = crossings[static_cast<std::size_t>(y)];
    std::sort(row.begin(), row.end());
    for (int x = 0; x < width; ++x) {
      const auto before = std::upper_bound(row.begin(), row.end(), x + 0.5) - row.begin();
      mask[at(y, x, width)] = before % 2 == 1;
    }
  }
  return mask;
}

Mask fill_by_opencv(const std::vector<Line>& lines, int height, int width) {
  constexpr int kScale = 4;
  cv::Mat large = cv::Mat::zeros(height * kScale + 1, width * kScale + 1, CV_8UC1);
  std::vector<std::vector<cv::Point>> scaled;
  for (const Line& line : lines) {
    scaled.emplace_back();
    for (const auto& [x, y] : line)
      scaled.back().emplace_back(static_cast<int>(std::lround(x * kScale)),
                                 static_cast<int>(std::lround(y * kScale)));
  }
  if (!scaled.empty()) cv::fillPoly(large, scaled, cv::Scalar(1));
  Mask mask(at(height, 0, width));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      mask[at(y, x, width)] = large.at<std::uint8_t>(y * kScale + kScale / 2, x * kScale + kScale / 2) == 1;
  return mask;
}

Line flat_line(const nlohmann::json& numbers) {
  Line line;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2)
    line.emplace_back(numbers[i].get<double>(), numbers[i + 1].get<double>());
  return line;
}

Line nested_line(const nlohmann::json& points, double factor_x, double factor_y) {
  Line line;
  for (const auto& point : points)
    line.emplace_back(point.at(0).get<double>() * factor_x, point.at(1).get<double>() * factor_y);
  return line;
}

}  // namespace relprompt::test
