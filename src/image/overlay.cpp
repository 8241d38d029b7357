#include "image/overlay.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "image/guard.h"
#include "image/image_files.h"
#include "image/jpeg_writer.h"
#include "image/legend.h"
#include "image/palette.h"
#include "image/png_writer.h"
#include "image/region_names.h"
#include "image/resize.h"

namespace relprompt::image {
namespace {

constexpr int kMaxEnlargedSide = 4096, kMaxJpegSide = 65500;

void check(const Image& image, const LabelMap& map, const ClassList& classes, const OverlayOptions& options) {
  const auto pixels = static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
  if (image.height <= 0 || image.width <= 0 || image.height != map.height || image.width != map.width ||
      image.rgb.size() != 3 * pixels || map.labels.size() != pixels) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("an overlay needs labels of the image's size {}x{}, not {}x{}", image.width,
                            image.height, map.width, map.height));
  }
  if (!(options.alpha >= 0 && options.alpha <= 1)) {
    throw Error(ErrorCode::kBadArgument, fmt::format("overlay alpha must be 0 to 1, not {}", options.alpha));
  }
  for (const std::uint16_t label : map.labels) {
    if (label >= classes.size() && label != LabelMap::kUnknown) {
      throw Error(ErrorCode::kBadArgument,
                  fmt::format("label {} has no name: there are {} classes", label, classes.size()));
    }
  }
}

// The whole factor that brings the shorter side to min_side, unless the longer one would become huge.
int enlargement(const Image& image, int min_side) {
  const int wanted =
      (min_side + std::min(image.height, image.width) - 1) / std::min(image.height, image.width);
  return std::max(1, std::min(wanted, kMaxEnlargedSide / std::max(image.height, image.width)));
}

LabelMap enlarged(const LabelMap& map, int factor) {
  LabelMap result;
  result.height = map.height * factor;
  result.width = map.width * factor;
  result.labels.resize(map.labels.size() * static_cast<std::size_t>(factor) *
                       static_cast<std::size_t>(factor));
  const cv::Mat from(map.height, map.width, CV_16UC1, const_cast<std::uint16_t*>(map.labels.data()));
  cv::Mat to(result.height, result.width, CV_16UC1, result.labels.data());
  cv::resize(from, to, to.size(), 0, 0, cv::INTER_NEAREST);
  return result;
}

void blend_colors(Image& image, const LabelMap& map, float alpha) {
  const int weight = static_cast<int>(alpha * 256 + 0.5f);
  const auto mix = [&](std::uint8_t below, std::uint8_t color) {
    return static_cast<std::uint8_t>((below * (256 - weight) + color * weight + 128) >> 8);
  };
  std::uint8_t* pixel = image.rgb.data();
  for (const std::uint16_t label : map.labels) {
    const Color color = color_of(label);
    pixel[0] = mix(pixel[0], color.red);
    pixel[1] = mix(pixel[1], color.green);
    pixel[2] = mix(pixel[2], color.blue);
    pixel += 3;
  }
}

// Pixels whose right or lower neighbour has another label.
cv::Mat borders_of(const LabelMap& map) {
  cv::Mat borders = cv::Mat::zeros(map.height, map.width, CV_8UC1);
  const auto width = static_cast<std::size_t>(map.width);
  for (int y = 0; y < map.height; ++y) {
    const std::uint16_t* row = map.labels.data() + static_cast<std::size_t>(y) * width;
    const std::uint16_t* below = y + 1 < map.height ? row + width : row;
    auto* out = borders.ptr<std::uint8_t>(y);
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t right = std::min(x + 1, width - 1);
      out[x] = row[x] != row[right] || row[x] != below[x] ? 255 : 0;
    }
  }
  return borders;
}

void draw_contours(Image& image, const LabelMap& map) {
  cv::Mat borders = borders_of(map);
  const int thickness = std::clamp(std::min(map.height, map.width) / 400, 1, 8);
  if (thickness > 1) cv::dilate(borders, borders, cv::Mat::ones(thickness, thickness, CV_8UC1));
  constexpr int kWeight = 180;  // of 256: light enough to stand out, the image still shines through
  std::uint8_t* pixel = image.rgb.data();
  for (int y = 0; y < map.height; ++y) {
    const auto* line = borders.ptr<std::uint8_t>(y);
    for (int x = 0; x < map.width; ++x, pixel += 3) {
      if (line[x] == 0) continue;
      for (int c = 0; c < 3; ++c)
        pixel[c] = static_cast<std::uint8_t>((pixel[c] * (256 - kWeight) + 255 * kWeight) >> 8);
    }
  }
}

std::vector<LegendEntry> entries_of(const LabelMap& map, const ClassList& classes) {
  std::vector<std::size_t> counts(classes.size());
  std::size_t unknown = 0;
  for (const std::uint16_t label : map.labels) ++(label == LabelMap::kUnknown ? unknown : counts[label]);
  const double all = static_cast<double>(map.labels.size());
  std::vector<LegendEntry> entries;
  for (std::size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] == 0) continue;
    entries.push_back({color_of(static_cast<std::uint16_t>(label)), classes.title(label),
                       static_cast<double>(counts[label]) / all});
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const LegendEntry& a, const LegendEntry& b) { return a.share > b.share; });
  if (unknown > 0)
    entries.push_back({color_of(LabelMap::kUnknown), "unknown", static_cast<double>(unknown) / all});
  return entries;
}

Image draw(const Image& image, const LabelMap& map, const ClassList& classes, const OverlayOptions& options) {
  const int factor = enlargement(image, options.min_side);
  Image overlay = factor == 1 ? image : resize(image, image.height * factor, image.width * factor);
  const LabelMap large = factor == 1 ? map : enlarged(map, factor);
  blend_colors(overlay, large, options.alpha);
  if (options.contours) draw_contours(overlay, large);
  if (options.region_names) write_region_names(overlay, large, classes);
  return options.legend ? with_legend(overlay, entries_of(map, classes)) : overlay;
}

}  // namespace

Image draw_overlay(const Image& image, const LabelMap& map, const ClassList& classes,
                   const OverlayOptions& options) {
  check(image, map, classes, options);
  return guarded(ErrorCode::kInternal, "draw an overlay", [&] { return draw(image, map, classes, options); });
}

std::string overlay_jpg(const Image& image, const LabelMap& map, const ClassList& classes,
                        const OverlayOptions& options) {
  Image overlay = draw_overlay(image, map, classes, options);
  const int longest = std::max(overlay.height, overlay.width);
  if (longest > kMaxJpegSide) {
    const double scale = static_cast<double>(kMaxJpegSide) / longest;
    overlay = resize(overlay, std::max(1, static_cast<int>(overlay.height * scale)),
                     std::max(1, static_cast<int>(overlay.width * scale)));
  }
  return encode_jpeg(overlay, kJpegQuality);
}

std::string overlay_png(const Image& image, const LabelMap& map, const ClassList& classes,
                        const OverlayOptions& options) {
  const Image overlay = draw_overlay(image, map, classes, options);
  return encode_png(PngKind::kRgb8, overlay.height, overlay.width, overlay.rgb.data());
}

void write_overlay_jpg(const std::filesystem::path& path, const Image& image, const LabelMap& map,
                       const ClassList& classes, const OverlayOptions& options) {
  write_file(path, overlay_jpg(image, map, classes, options));
}

}  // namespace relprompt::image
