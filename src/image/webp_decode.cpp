#include "image/webp_decode.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <webp/decode.h>

#include "relprompt/error.h"

#include "image/compose.h"
#include "image/orientation.h"

namespace relprompt::image {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kChunkHeader = 8, kFirstChunk = 12;

struct Container {
  int orientation = 1;
  int frames = 0;  // of an animation
};

// The chunks around the image: all bytes that the header promises must be there (libwebp looks no further
// than it needs), and the EXIF block lies behind the image.
Container walk_chunks(const Source& source) {
  const std::uint64_t end = std::uint64_t{source.le32(4, "the WebP header")} + 8;
  if (!source.has(0, end)) {
    source.damaged(fmt::format("its WebP header promises {} bytes, the file has {}", end, source.size()));
  }
  Container found;
  for (std::uint64_t at = kFirstChunk; at + kChunkHeader <= end;) {
    const std::string_view kind(reinterpret_cast<const char*>(source.data() + at), 4);
    const std::uint64_t size = source.le32(at + 4, "a WebP chunk"), content = at + kChunkHeader;
    if (!source.has(content, size) || content + size > end) {
      source.damaged("one of its WebP chunks is longer than the file");
    }
    if (kind == "ANMF"sv) ++found.frames;
    if (kind == "EXIF"sv) found.orientation = exif_orientation(source.data() + content, size);
    at = content + size + size % 2;
  }
  return found;
}

void check(const Source& source, VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OK:
      return;
    case VP8_STATUS_OUT_OF_MEMORY:
      throw Error(ErrorCode::kOutOfMemory, "not enough memory to decode " + source.name());
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      source.unsupported("it is a WebP with a feature that libwebp does not know");
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
      source.damaged("its WebP image data ends early");
    default:
      source.damaged("libwebp refuses its image data");
  }
}

}  // namespace

Image decode_webp(const Source& source) {
  const Container container = walk_chunks(source);
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) throw Error(ErrorCode::kInternal, "libwebp's version differs");
  check(source, WebPGetFeatures(source.data(), source.size(), &config.input));
  const auto width = static_cast<std::size_t>(config.input.width);
  const auto height = static_cast<std::size_t>(config.input.height);
  source.check_size(width, height);
  if (config.input.has_animation != 0) {
    source.unsupported(fmt::format("it is an animated WebP of {} frames", container.frames));
  }
  const bool alpha = config.input.has_alpha != 0;
  Image image;
  image.height = config.input.height;
  image.width = config.input.width;
  image.rgb.resize(width * height * (alpha ? 4 : 3));
  config.output.colorspace = alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {image.rgb.data(), static_cast<int>(width * (alpha ? 4 : 3)), image.rgb.size()};
  const VP8StatusCode status = WebPDecode(source.data(), source.size(), &config);
  WebPFreeDecBuffer(&config.output);
  check(source, status);
  if (alpha) lay_over_white(image.rgb);
  return upright(std::move(image), container.orientation);
}

}  // namespace relprompt::image
