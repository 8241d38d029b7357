#include "image/image_files.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "image/jpeg_writer.h"
#include "image/png_writer.h"

namespace relprompt::image {
namespace {

constexpr int kMaxJpegSide = 65500;  // libjpeg's own limit

void check(const std::filesystem::path& path, const Image& image) {
  const auto wanted = static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3;
  if (image.height > 0 && image.width > 0 && image.rgb.size() == wanted) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("cannot write {}: {}x{} pixels with {} bytes is no image", path.string(),
                          image.width, image.height, image.rgb.size()));
}

}  // namespace

void write_jpg(const std::filesystem::path& path, const Image& image, int quality) {
  check(path, image);
  if (quality < 1 || quality > 100) {
    throw Error(ErrorCode::kBadArgument, fmt::format("JPEG quality must be 1 to 100, not {}", quality));
  }
  if (image.height > kMaxJpegSide || image.width > kMaxJpegSide) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("cannot write {}: {}x{} pixels; no side of a JPEG may be longer than {}",
                            path.string(), image.width, image.height, kMaxJpegSide));
  }
  write_file(path, encode_jpeg(image, quality));
}

void write_png(const std::filesystem::path& path, const Image& image) {
  check(path, image);
  write_file(path, encode_png(PngKind::kRgb8, image.height, image.width, image.rgb.data()));
}

}  // namespace relprompt::image
