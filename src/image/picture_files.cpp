#include "image/picture_files.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "image/jpeg_writer.h"
#include "image/png_writer.h"

namespace relprompt::image {
namespace {

constexpr int kMaxJpegSide = 65500;  // libjpeg's own limit

void check(const std::filesystem::path& path, const Image& picture) {
  const auto wanted = static_cast<std::size_t>(picture.height) * static_cast<std::size_t>(picture.width) * 3;
  if (picture.height > 0 && picture.width > 0 && picture.rgb.size() == wanted) return;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("cannot write {}: {}x{} pixels with {} bytes is no picture", path.string(),
                          picture.width, picture.height, picture.rgb.size()));
}

}  // namespace

void write_jpg(const std::filesystem::path& path, const Image& picture, int quality) {
  check(path, picture);
  if (quality < 1 || quality > 100) {
    throw Error(ErrorCode::kBadArgument, fmt::format("JPEG quality must be 1 to 100, not {}", quality));
  }
  if (picture.height > kMaxJpegSide || picture.width > kMaxJpegSide) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("cannot write {}: {}x{} pixels; no side of a JPEG may be longer than {}",
                            path.string(), picture.width, picture.height, kMaxJpegSide));
  }
  write_file(path, encode_jpeg(picture, quality));
}

void write_png(const std::filesystem::path& path, const Image& picture) {
  check(path, picture);
  write_file(path, encode_png(PngKind::kRgb8, picture.height, picture.width, picture.rgb.data()));
}

}  // namespace relprompt::image
