// decode_image and read_image of the public interface: tell the format by content, decode, turn upright.
#include <utility>

#include "relprompt/error.h"
#include "relprompt/image.h"

#include "image/bmp_decode.h"
#include "image/describe.h"
#include "image/guard.h"
#include "image/heif_decode.h"
#include "image/image_bytes.h"
#include "image/image_format.h"
#include "image/jpeg_decode.h"
#include "image/png_decode.h"
#include "image/sample_levels.h"
#include "image/source.h"
#include "image/tiff_decode.h"
#include "image/webp_decode.h"

namespace relprompt {
namespace {

using image::ImageFormat;
using image::Source;

// Formats that have red, green and blue of 8 bits and nothing else to choose from.
Image of_colors(Image image, const DecodeOptions& options, const std::string& name) {
  image::apply_range(image.rgb, 3, options.range);
  image::choose_bands(image, options.bands, name);
  return image;
}

Image decode_any(const Source& source, const DecodeOptions& options) {
  const auto format = image::format_of(source);
  if (!format) source.unsupported("it is no image: " + image::describe_first_bytes(source));
  switch (*format) {
    case ImageFormat::kJpeg:
      return of_colors(image::decode_jpeg(source), options, source.name());
    case ImageFormat::kWebp:
      return of_colors(image::decode_webp(source), options, source.name());
    case ImageFormat::kHeif:
      return of_colors(image::decode_heif(source), options, source.name());
    case ImageFormat::kBmp:
      return of_colors(image::decode_bmp(source), options, source.name());
    case ImageFormat::kPng: {
      Image image = image::decode_png(source, options);
      image::choose_bands(image, options.bands, source.name());
      return image;
    }
    case ImageFormat::kTiff:
      return image::decode_tiff(source, options);
  }
  throw Error(ErrorCode::kInternal, "no decoder for this format");
}

Image decode(const Source& source, const DecodeOptions& options) {
  return image::guarded(ErrorCode::kInternal, "read " + source.name(),
                        [&] { return decode_any(source, options); });
}

}  // namespace

Image decode_image(const std::uint8_t* bytes, std::size_t size, const DecodeOptions& options,
                   const std::string& name) {
  image::check_options(options);
  return decode(Source(name, bytes, size, options.max_decoded_pixels), options);
}

Image read_image(const std::filesystem::path& path, const DecodeOptions& options) {
  image::check_options(options);
  const image::ImageBytes bytes(path, options.max_decoded_pixels);
  return decode(bytes.source(), options);
}

}  // namespace relprompt
