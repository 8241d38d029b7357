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

Image decode_image(const std::uint8_t* bytes, std::size_t size, const DecodeOptions& options,
                   const std::string& name) {
  const Source source(name, bytes, size, options.max_decoded_pixels);
  return image::guarded(ErrorCode::kInternal, "read " + name, [&] { return decode(source); });
}

Image read_image(const std::filesystem::path& path, const DecodeOptions& options) {
  const MappedFile file(path);
  return decode_image(reinterpret_cast<const std::uint8_t*>(file.data()), file.size(), options,
                      path.string());
}

}  // namespace relprompt
