// BMP has no checksums and no end marker: the pixel rows must fit behind the offset that the header gives.
#include <cstdlib>

#include <fmt/format.h>

#include "image/probe.h"

namespace relprompt::image {
namespace {

constexpr const char* kPart = "the BMP header";
constexpr std::uint32_t kRgb = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6;

struct Layout {
  std::uint32_t bits = 0;
  std::uint32_t compression = kRgb;
  std::uint32_t packed_bytes = 0;  // run-length coded pictures only
};

Layout read_layout(const Source& source, Probe& probe) {
  Layout layout;
  const std::uint32_t header = source.le32(14, kPart);
  if (header == 12) {
    probe.width = source.le16(18, kPart);
    probe.height = source.le16(20, kPart);
    layout.bits = source.le16(24, kPart);
    return layout;
  }
  const auto signed_side = [&](std::size_t offset) {
    return std::int64_t{static_cast<std::int32_t>(source.le32(offset, kPart))};
  };
  if (signed_side(18) < 0) source.damaged("its BMP header gives a negative width");
  probe.width = static_cast<std::uint64_t>(signed_side(18));
  probe.height = static_cast<std::uint64_t>(std::abs(signed_side(22)));  // negative: rows run top to bottom
  layout.bits = source.le16(28, kPart);
  layout.compression = source.le32(30, kPart);
  layout.packed_bytes = source.le32(34, kPart);
  return layout;
}

// Plain 32-bit files fill the fourth byte with anything; only an alpha mask gives it a meaning.
bool declares_alpha(const Source& source, const Layout& layout) {
  const bool masks = layout.compression == kBitFields || layout.compression == kAlphaBitFields;
  return layout.bits == 32 && masks && source.le32(14, kPart) >= 56 && source.le32(66, kPart) != 0;
}

}  // namespace

Probe probe_bmp(const Source& source) {
  Probe probe;
  const Layout layout = read_layout(source, probe);
  source.check_size(probe.width, probe.height);
  switch (layout.bits) {
    case 1:
    case 4:
    case 8:
    case 16:
    case 24:
    case 32:
      break;
    default:
      source.unsupported(fmt::format("it is a BMP with {} bits a pixel", layout.bits));
  }
  const bool run_length = layout.compression == kRle8 || layout.compression == kRle4;
  if (!run_length && layout.compression != kRgb && layout.compression != kBitFields &&
      layout.compression != kAlphaBitFields) {
    source.unsupported(fmt::format("it is a BMP with compression method {}", layout.compression));
  }
  if (declares_alpha(source, layout)) probe.alpha = Alpha::kStraight;
  const std::uint64_t offset = source.le32(10, kPart);
  const std::uint64_t row = (probe.width * layout.bits + 31) / 32 * 4;
  const std::uint64_t wanted = run_length ? layout.packed_bytes : row * probe.height;
  if (!source.has(offset, wanted)) {
    source.damaged(fmt::format("{} bytes of pixels are promised at offset {}, the file has {} bytes in all",
                               wanted, offset, source.size()));
  }
  return probe;
}

}  // namespace relprompt::image
