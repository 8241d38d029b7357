// Walks the RIFF chunks of a WebP file.
#include <string_view>

#include <fmt/format.h>

#include "image/orientation.h"
#include "image/probe.h"

namespace relprompt::image {
namespace {

using namespace std::string_view_literals;

constexpr const char* kPart = "the WebP header";
constexpr std::size_t kChunkHeader = 8, kFirstChunk = 12;

// `at` is the offset of the chunk's content. Only the first chunk that tells a size counts.
void read_size(const Source& source, std::string_view kind, std::size_t at, Probe& probe) {
  const auto le24 = [&](std::size_t offset) {
    return source.le16(offset, kPart) | std::uint32_t{source.byte(offset + 2, kPart)} << 16;
  };
  if (kind == "VP8X"sv) {
    probe.width = le24(at + 4) + 1;
    probe.height = le24(at + 7) + 1;
  } else if (kind == "VP8 "sv) {
    if (le24(at + 3) != 0x2A019D) source.damaged("its WebP picture data has no frame start code");
    probe.width = source.le16(at + 6, kPart) & 0x3FFF;
    probe.height = source.le16(at + 8, kPart) & 0x3FFF;
  } else {
    if (source.byte(at, kPart) != 0x2F) source.damaged("its lossless WebP picture data has no signature");
    const std::uint32_t packed = source.le32(at + 1, kPart);
    probe.width = (packed & 0x3FFF) + 1;
    probe.height = (packed >> 14 & 0x3FFF) + 1;
  }
  source.check_size(probe.width, probe.height);
}

}  // namespace

Probe probe_webp(const Source& source) {
  Probe probe;
  probe.alpha = Alpha::kStraight;
  bool has_picture = false;
  const std::uint64_t end = std::uint64_t{source.le32(4, kPart)} + 8;
  for (std::uint64_t at = kFirstChunk; at + kChunkHeader <= end;) {
    if (!source.has(at, kChunkHeader)) break;
    const std::string_view kind(reinterpret_cast<const char*>(source.data() + at), 4);
    const std::uint64_t size = source.le32(at + 4, kPart);
    const std::uint64_t content = at + kChunkHeader;
    const bool picture = kind == "VP8 "sv || kind == "VP8L"sv;
    if (kind == "ANIM"sv) source.unsupported("it is an animated WebP");
    if (probe.width == 0 && (picture || kind == "VP8X"sv)) read_size(source, kind, content, probe);
    if (!source.has(content, size) || content + size > end) break;
    has_picture = has_picture || picture;
    if (kind == "EXIF"sv) probe.orientation = exif_orientation(source.data() + content, size);
    at = content + size + size % 2;
  }
  if (!source.has(0, end)) {
    source.damaged(fmt::format("its WebP header promises {} bytes, the file has {}", end, source.size()));
  }
  if (!has_picture) source.damaged("the WebP file holds no whole picture chunk");
  return probe;
}

}  // namespace relprompt::image
