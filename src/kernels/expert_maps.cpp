#include "kernels/expert_maps.h"

#include <algorithm>

#include "kernels/bilinear_axis.h"

namespace relprompt::kernels {
namespace {

/// One map with a border of zeros around it.
struct Plane {
  Plane(std::int64_t rows, std::int64_t columns)
      : height(rows), width(columns), values(static_cast<std::size_t>((rows + 2) * (columns + 2))) {}
  /// Row y in [-1, height], from column 0.
  float* row(std::int64_t y) { return values.data() + (y + 1) * (width + 2) + 1; }
  const float* row(std::int64_t y) const { return values.data() + (y + 1) * (width + 2) + 1; }

  std::int64_t height, width;
  std::vector<float> values;
};

/// How maps go from one size to another.
struct Resize {
  Resize(std::int64_t from_height, std::int64_t from_width, std::int64_t to_height, std::int64_t to_width)
      : down(bilinear_axis(from_height, to_height)), across(bilinear_axis(from_width, to_width)) {}

  /// Calls put(y, x, value) for every cell of the result.
  template <typename Put>
  void run(const Plane& from, const Put& put) const {
    std::vector<float> mixed(static_cast<std::size_t>(from.width));
    for (std::size_t y = 0; y < down.low.size(); ++y) {
      const float *a = from.row(down.low[y]), *b = from.row(down.high[y]), w = down.weight[y];
      for (std::int64_t x = 0; x < from.width; ++x) {
        mixed[static_cast<std::size_t>(x)] = a[x] + w * (b[x] - a[x]);
      }
      for (std::size_t x = 0; x < across.low.size(); ++x) {
        const float left = mixed[static_cast<std::size_t>(across.low[x])],
                    right = mixed[static_cast<std::size_t>(across.high[x])];
        put(static_cast<std::int64_t>(y), static_cast<std::int64_t>(x),
            left + across.weight[x] * (right - left));
      }
    }
  }

  BilinearAxis down, across;
};

Plane convolve(const Plane& from, const float* weight, float bias) {
  Plane to(from.height, from.width);
  for (std::int64_t y = 0; y < from.height; ++y) {
    float* out = to.row(y);
    std::fill_n(out, from.width, bias);
    for (std::int64_t tap = 0; tap < 9; ++tap) {
      const float* in = from.row(y + tap / 3 - 1) + tap % 3 - 1;
      for (std::int64_t x = 0; x < from.width; ++x) out[x] += weight[tap] * in[x];
    }
  }
  return to;
}

}  // namespace

void mix_experts(const ExpertWeights& weights, const float* x, std::int64_t height, std::int64_t width,
                 const float* gate, float* mixed) {
  const auto channels = weights.channels;
  std::fill_n(mixed, height * width * channels, 0.0f);
  std::vector<Plane> maps(static_cast<std::size_t>(channels), Plane(height, width));
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t y = 0; y < height; ++y) {
      float* row = maps[static_cast<std::size_t>(c)].row(y);
      for (std::int64_t i = 0; i < width; ++i) row[i] = x[(y * width + i) * channels + c];
    }
  }
  for (std::int64_t j = 0; j < weights.experts(); ++j) {
    if (gate[j] == 0) continue;
    // Beyond 62 halvings every side is 1 and a longer shift would not be defined.
    const auto halvings = std::min<std::int64_t>(j, 62);
    Plane small(std::max<std::int64_t>(1, height >> halvings), std::max<std::int64_t>(1, width >> halvings));
    const Resize shrink(height, width, small.height, small.width),
        enlarge(small.height, small.width, height, width);
    for (std::int64_t c = 0; c < channels; ++c) {
      shrink.run(maps[static_cast<std::size_t>(c)],
                 [&](std::int64_t y, std::int64_t at, float value) { small.row(y)[at] = value; });
      const auto own = j * channels + c;
      const auto seen =
          convolve(small, weights.weight.data() + 9 * own, weights.bias[static_cast<std::size_t>(own)]);
      enlarge.run(seen, [&](std::int64_t y, std::int64_t at, float value) {
        mixed[(y * width + at) * channels + c] += gate[j] * value;
      });
    }
  }
}

}  // namespace relprompt::kernels
