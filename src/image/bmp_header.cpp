// BMP has no checksums and no end marker: the pixel rows must fit behind the offset that the header gives.
#include "image/bmp_header.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace relprompt::image {
namespace {

constexpr const char* kPart = "the BMP header";
constexpr std::uint32_t kRgb = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6;
constexpr std::uint64_t kInfo = 14;  // offset of the second header
constexpr std::uint32_t kOldHeader = 12, kHeaderWithAlphaMask = 56;

void read_size(const Source& source, std::uint32_t header, BmpHeader& found) {
  if (header == kOldHeader) {
    found.width = source.le16(18, kPart);
    found.height = source.le16(20, kPart);
    return;
  }
  const auto signed_side = [&](std::size_t offset) {
    return std::int64_t{static_cast<std::int32_t>(source.le32(offset, kPart))};
  };
  if (signed_side(18) < 0) source.damaged("its BMP header gives a negative width");
  found.width = static_cast<std::uint64_t>(signed_side(18));
  found.height = static_cast<std::uint64_t>(std::abs(signed_side(22)));
  found.top_down = signed_side(22) < 0;
}

std::vector<BmpColor> read_palette(const Source& source, std::uint32_t header, std::uint32_t bits) {
  std::size_t count = std::size_t{1} << bits, stride = 3;
  if (header != kOldHeader) {
    stride = 4;
    const std::uint32_t stated = source.le32(kInfo + 32, kPart);
    if (stated > 256) source.damaged(fmt::format("its BMP header promises a palette of {} colours", stated));
    if (stated > 0) count = stated;
  }
  std::vector<BmpColor> palette(256);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t at = kInfo + header + i * stride;
    palette[i].blue = source.byte(at, "the BMP palette");
    palette[i].green = source.byte(at + 1, "the BMP palette");
    palette[i].red = source.byte(at + 2, "the BMP palette");
  }
  return palette;
}

BmpMask mask_of(std::uint32_t bits) {
  BmpMask mask = {bits, 0};
  while (bits != 0 && (bits >> mask.shift & 1) == 0) ++mask.shift;
  return mask;
}

std::array<BmpMask, 4> read_masks(const Source& source, std::uint32_t header, bool stated,
                                  std::uint32_t bits) {
  if (!stated && bits == 16) return {mask_of(0x7C00), mask_of(0x3E0), mask_of(0x1F), {}};
  if (!stated) return {mask_of(0xFF0000), mask_of(0xFF00), mask_of(0xFF), {}};
  // In a header of 40 bytes they follow it, at the same place; only longer ones have room for alpha.
  std::array<BmpMask, 4> masks;
  const std::size_t count = header >= kHeaderWithAlphaMask && bits == 32 ? 4 : 3;
  for (std::size_t i = 0; i < count; ++i)
    masks[i] = mask_of(source.le32(kInfo + 40 + 4 * i, "the BMP masks"));
  return masks;
}

}  // namespace

BmpHeader read_bmp_header(const Source& source) {
  BmpHeader found;
  const std::uint32_t header = source.le32(kInfo, kPart);
  read_size(source, header, found);
  source.check_size(found.width, found.height);
  found.bits = source.le16(header == kOldHeader ? 24 : 28, kPart);
  const std::uint32_t compression = header == kOldHeader ? kRgb : source.le32(30, kPart);
  constexpr std::array<std::uint32_t, 6> kKnown = {1, 4, 8, 16, 24, 32};
  if (std::find(kKnown.begin(), kKnown.end(), found.bits) == kKnown.end()) {
    source.unsupported(fmt::format("it is a BMP with {} bits a pixel", found.bits));
  }
  const bool masks =
      (compression == kBitFields || compression == kAlphaBitFields) && (found.bits == 16 || found.bits == 32);
  found.run_length = (compression == kRle8 && found.bits == 8) || (compression == kRle4 && found.bits == 4);
  if (compression != kRgb && !masks && !found.run_length) {
    source.unsupported(
        fmt::format("it is a BMP with compression method {} for {} bits a pixel", compression, found.bits));
  }
  if (found.bits <= 8) found.palette = read_palette(source, header, found.bits);
  if (found.bits == 16 || found.bits == 32) found.masks = read_masks(source, header, masks, found.bits);
  found.offset = source.le32(10, kPart);
  const std::uint64_t row = (found.width * found.bits + 31) / 32 * 4;
  found.bytes = found.run_length ? source.le32(34, kPart) : row * found.height;
  if (!source.has(found.offset, found.bytes)) {
    source.damaged(fmt::format("{} bytes of pixels are promised at offset {}, the file has {} bytes in all",
                               found.bytes, found.offset, source.size()));
  }
  return found;
}

}  // namespace relprompt::image
