#include "image/image_bytes.h"

#include "image/guard.h"

namespace relprompt::image {
namespace {

// Four samples of 32 bits a pixel, and metadata.
constexpr std::uint64_t kBytesAPixel = 16, kMetadata = std::uint64_t{256} << 20;

FileBytes read(const std::filesystem::path& path, std::uint64_t max_pixels) {
  ReadRules rules;
  rules.max_bytes = max_pixels * kBytesAPixel + kMetadata;
  rules.too_large = ErrorCode::kImageTooLarge;
  return guarded(ErrorCode::kUnreadable, "read " + path.string(), [&] { return read_file(path, rules); });
}

}  // namespace

ImageBytes::ImageBytes(const std::filesystem::path& path, std::uint64_t max_pixels)
    : path_(path), max_pixels_(max_pixels), bytes_(read(path, max_pixels)) {}

Source ImageBytes::source() const {
  return {path_.string(), bytes_.octets(), bytes_.size(), max_pixels_};
}

}  // namespace relprompt::image
