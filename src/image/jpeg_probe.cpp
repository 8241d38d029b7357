// Walks the marker segments of a JPEG from start to end-of-image. Whatever follows the first end-of-image
// (trailing bytes, further pictures of a multi-picture file) is nobody's concern.
#include <cstring>

#include "image/orientation.h"
#include "image/probe.h"

namespace relprompt::image {
namespace {

constexpr std::uint8_t kStartOfImage = 0xD8, kEndOfImage = 0xD9, kStartOfScan = 0xDA, kApp1 = 0xE1;

bool is_restart(std::uint8_t marker) {
  return marker >= 0xD0 && marker <= 0xD7;
}

bool has_no_segment(std::uint8_t marker) {
  return is_restart(marker) || marker == kStartOfImage || marker == 0x01 || marker == 0x00;
}

// C0..CF are frame headers, except the tables C4 and CC and the reserved C8.
bool is_frame(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

struct Marker {
  std::uint8_t code;
  std::size_t after;  // offset behind it
};

// The next marker at or after `from`. Entropy-coded data holds FF 00 (a stuffed byte) and restart markers,
// which are no ends; FF FF is padding.
Marker next_marker(const Source& source, std::size_t from, const char* part) {
  const std::uint8_t* const end = source.data() + source.size();
  const std::uint8_t* at = source.data() + from;
  while (at < end) {
    at = static_cast<const std::uint8_t*>(std::memchr(at, 0xFF, static_cast<std::size_t>(end - at)));
    if (at == nullptr) break;
    while (at < end && *at == 0xFF) ++at;
    if (at == end) break;
    const std::uint8_t code = *at++;
    if (code != 0x00 && !is_restart(code)) return {code, static_cast<std::size_t>(at - source.data())};
  }
  source.damaged(std::string("it ends inside ") + part + ": there is no end-of-image marker");
}

void read_frame(const Source& source, std::size_t at, std::uint8_t code, Probe& probe) {
  const char* part = "the JPEG frame header";
  const int precision = source.byte(at + 2, part);
  probe.height = source.be16(at + 3, part);
  probe.width = source.be16(at + 5, part);
  if (precision != 8) source.unsupported("it is a JPEG with " + std::to_string(precision) + "-bit samples");
  if (code == 0xC3 || (code >= 0xC5 && code != 0xC9 && code != 0xCA)) {
    source.unsupported("it is a lossless or hierarchical JPEG, which decoders here do not know");
  }
  source.check_size(probe.width, probe.height);
}

}  // namespace

Probe probe_jpeg(const Source& source) {
  Probe probe;
  bool has_scan = false;
  const char* part = "the JPEG header";
  std::size_t at = 2;
  while (true) {
    const Marker marker = next_marker(source, at, part);
    at = marker.after;
    if (marker.code == kEndOfImage) break;
    if (has_no_segment(marker.code)) continue;
    const std::size_t length = source.be16(at, part);
    if (length < 2 || !source.has(at, length)) {
      source.damaged("it ends inside a JPEG header segment, or the segment's length is wrong");
    }
    if (is_frame(marker.code) && probe.width == 0) read_frame(source, at, marker.code, probe);
    if (marker.code == kApp1 && probe.orientation == 1 && source.matches(at + 2, {"Exif\0\0", 6})) {
      probe.orientation = exif_orientation(source.data() + at + 2, length - 2);
    }
    if (marker.code == kStartOfScan) {
      has_scan = true;
      part = "the picture data";
    }
    at += length;
  }
  if (probe.width == 0 || !has_scan) source.damaged("the JPEG has no picture data before its end");
  return probe;
}

}  // namespace relprompt::image
