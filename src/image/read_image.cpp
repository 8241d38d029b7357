// read_image of the public interface: open, tell the format by content, check, decode, turn upright.
#include <utility>

#include "relprompt/error.h"
#include "relprompt/image.h"

#include "base/mapped_file.h"
#include "image/describe.h"
#include "image/guard.h"
#include "image/image_format.h"
#include "image/opencv_decode.h"
#include "image/orientation.h"
#include "image/png_decode.h"
#include "image/probe.h"
#include "image/source.h"

namespace relprompt {
namespace {

using image::ImageFormat;
using image::Source;

image::Probe probe(const Source& source, ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return image::probe_jpeg(source);
    case ImageFormat::kTiff:
      return image::probe_tiff(source);
    case ImageFormat::kWebp:
      return image::probe_webp(source);
    case ImageFormat::kBmp:
      return image::probe_bmp(source);
    case ImageFormat::kPng:
      break;
  }
  throw Error(ErrorCode::kInternal, "no probe for this format");
}

Image decode(const Source& source) {
  const auto format = image::format_of(source);
  if (!format) source.unsupported("it is no image: " + image::describe_first_bytes(source));
  if (*format == ImageFormat::kPng) return image::decode_png(source);
  const image::Probe found = probe(source, *format);
  return image::upright(image::decode_with_opencv(source, *format, found), found.orientation);
}

}  // namespace

Image read_image(const std::filesystem::path& path, std::uint64_t max_pixels) {
  const MappedFile file(path);
  const Source source(path.string(), reinterpret_cast<const std::uint8_t*>(file.data()), file.size(),
                      max_pixels);
  return image::guarded(ErrorCode::kInternal, "read " + path.string(), [&] { return decode(source); });
}

}  // namespace relprompt
