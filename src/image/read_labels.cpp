#include "image/read_labels.h"

#include <climits>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/mapped_file.h"
#include "image/describe.h"
#include "image/guard.h"
#include "image/image_format.h"
#include "image/probe.h"
#include "image/tiff_directory.h"

namespace relprompt::image {
namespace {

Source source_of(const MappedFile& file, std::uint64_t max_pixels) {
  return {file.path().string(), reinterpret_cast<const std::uint8_t*>(file.data()), file.size(), max_pixels};
}

// What OpenCV would turn into other numbers: palettes into colours, fewer bits into a stretched range.
void require_plain_grey(const Source& source) {
  constexpr std::uint16_t kBits = 258, kPhotometric = 262, kSamples = 277;
  constexpr std::uint32_t kBlackIsZero = 1;
  const auto directory = TiffDirectory::read(source.data(), source.size());
  if (!directory) source.damaged("its TIFF directory is malformed or lies outside the file");
  const std::uint32_t bits = directory->value(kBits, 1), channels = directory->value(kSamples, 1);
  const std::uint32_t meaning = directory->value(kPhotometric, kBlackIsZero);
  if (channels == 1 && meaning == kBlackIsZero && (bits == 8 || bits == 16)) return;
  throw Error(
      ErrorCode::kNotAnImage,
      fmt::format("{} is a TIFF of {} channels of {} bits in colour space {}; label files have one grey "
                  "channel (colour space 1) of 8 or 16 bits",
                  source.name(), channels, bits, meaning),
      "is it a photo or a coloured preview instead of the labels?");
}

cv::Mat decode(const Source& source) {
  if (source.size() > INT_MAX) {
    throw Error(ErrorCode::kImageTooLarge, fmt::format("{} has {} bytes; OpenCV decodes at most {}",
                                                       source.name(), source.size(), INT_MAX));
  }
  quieten_opencv();
  const cv::Mat bytes(1, static_cast<int>(source.size()), CV_8UC1, const_cast<std::uint8_t*>(source.data()));
  return guarded(ErrorCode::kTruncatedImage, "decode " + source.name(),
                 [&] { return cv::imdecode(bytes, cv::IMREAD_UNCHANGED); });
}

StoredLabels labels_of(const Source& source) {
  const Probe probe = probe_tiff(source);
  require_plain_grey(source);
  const cv::Mat decoded = decode(source);
  const bool wide = decoded.type() == CV_16UC1;
  if (decoded.empty() || (!wide && decoded.type() != CV_8UC1) ||
      static_cast<std::uint64_t>(decoded.rows) != probe.height ||
      static_cast<std::uint64_t>(decoded.cols) != probe.width) {
    source.damaged("its samples are not what its TIFF directory promises");
  }
  StoredLabels stored;
  stored.bits = wide ? 16 : 8;
  stored.map.height = decoded.rows;
  stored.map.width = decoded.cols;
  stored.map.labels.reserve(decoded.total());
  for (int y = 0; y < decoded.rows; ++y) {
    for (int x = 0; x < decoded.cols; ++x) {
      stored.map.labels.push_back(wide ? decoded.at<std::uint16_t>(y, x) : decoded.at<std::uint8_t>(y, x));
    }
  }
  return stored;
}

}  // namespace

StoredLabels read_labels_tiff(const std::filesystem::path& path, std::uint64_t max_pixels) {
  const MappedFile file(path);
  const Source source = source_of(file, max_pixels);
  const auto format = format_of(source);
  if (format != ImageFormat::kTiff) {
    throw Error(ErrorCode::kNotAnImage,
                format ? fmt::format("{} is a {}, no TIFF", path.string(), name_of(*format))
                       : fmt::format("{} is no TIFF: {}", path.string(), describe_first_bytes(source)));
  }
  return guarded(ErrorCode::kInternal, "read " + path.string(), [&] { return labels_of(source); });
}

StoredLabels read_labels(const std::filesystem::path& path, std::uint64_t max_pixels) {
  // Twice mapped, once read: the format is in the first bytes.
  const bool tiff = [&] {
    const MappedFile file(path);
    return format_of(source_of(file, max_pixels)) == ImageFormat::kTiff;
  }();
  return tiff ? read_labels_tiff(path, max_pixels) : read_labels_png(path, max_pixels);
}

}  // namespace relprompt::image
