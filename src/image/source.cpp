#include "image/source.h"

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/checked.h"

namespace relprompt::image {
namespace {

// Longer than images are; a strip of a million pixels by a hundred would be made of ten thousand windows. It
// also keeps every product of sides and bytes far from overflow.
constexpr std::uint64_t kMaxSide = std::uint64_t{1} << 18;

}  // namespace

Source::Source(std::string name, const std::uint8_t* data, std::size_t size, std::uint64_t max_pixels)
    : name_(std::move(name)), data_(data), size_(size), max_pixels_(max_pixels) {}

bool Source::has(std::uint64_t offset, std::uint64_t count) const noexcept {
  return offset <= size_ && count <= size_ - offset;
}

bool Source::matches(std::size_t offset, std::string_view bytes) const noexcept {
  return has(offset, bytes.size()) && std::memcmp(data_ + offset, bytes.data(), bytes.size()) == 0;
}

void Source::require(std::uint64_t offset, std::uint64_t count, const char* part) const {
  if (has(offset, count)) return;
  damaged(fmt::format("it ends inside {}: {} bytes wanted at offset {}, the file has {} bytes", part, count,
                      offset, size_));
}

std::uint8_t Source::byte(std::uint64_t offset, const char* part) const {
  require(offset, 1, part);
  return data_[offset];
}

std::uint16_t Source::be16(std::uint64_t offset, const char* part) const {
  require(offset, 2, part);
  return static_cast<std::uint16_t>(data_[offset] << 8 | data_[offset + 1]);
}

std::uint32_t Source::be32(std::uint64_t offset, const char* part) const {
  require(offset, 4, part);
  return std::uint32_t{be16(offset, part)} << 16 | be16(offset + 2, part);
}

std::uint16_t Source::le16(std::uint64_t offset, const char* part) const {
  require(offset, 2, part);
  return static_cast<std::uint16_t>(data_[offset + 1] << 8 | data_[offset]);
}

std::uint32_t Source::le32(std::uint64_t offset, const char* part) const {
  require(offset, 4, part);
  return std::uint32_t{le16(offset + 2, part)} << 16 | le16(offset, part);
}

void Source::check_size(std::uint64_t width, std::uint64_t height) const {
  if (width == 0 || height == 0) damaged(fmt::format("its header says {}x{} pixels", width, height));
  if (width > kMaxSide || height > kMaxSide) {
    throw Error(
        ErrorCode::kImageTooLarge,
        fmt::format("{} is {}x{} pixels; no side may be longer than {}", name_, width, height, kMaxSide),
        "cut it into parts or scale it down first");
  }
  const auto pixels = checked_multiply(width, height);
  if (!pixels || *pixels > max_pixels_) {
    throw Error(
        ErrorCode::kImageTooLarge,
        fmt::format("{} is {}x{} pixels; at most {} pixels are decoded", name_, width, height, max_pixels_),
        "scale it down first, or allow more with --max-decoded-pixels (data sets: max_pixels)");
  }
}

void Source::damaged(const std::string& what) const {
  throw Error(ErrorCode::kTruncatedImage, fmt::format("{} is damaged: {}", name_, what),
              "copy or download it again, or leave it out");
}

void Source::unsupported(const std::string& what) const {
  throw Error(ErrorCode::kNotAnImage, fmt::format("cannot read {}: {}", name_, what),
              "supported are JPEG, PNG, TIFF, WebP, BMP, and HEIC and AVIF where libheif is; convert it to "
              "one of them");
}

}  // namespace relprompt::image
