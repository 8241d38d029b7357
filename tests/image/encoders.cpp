// encode of image_maker.h: whole files of every format, by the formats' own libraries.
#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <png.h>
#include <webp/encode.h>

#include "image/jpeg_writer.h"
#include "image_maker.h"
#include "tiff_maker.h"

namespace relprompt::test {
namespace {

Image as_rgb(const Samples& samples) {
  Image image{samples.height, samples.width, {}};
  for (std::size_t i = 0; i < samples.values.size(); i += static_cast<std::size_t>(samples.channels)) {
    for (std::size_t c = 0; c < 3; ++c) {
      image.rgb.push_back(static_cast<std::uint8_t>(samples.values[samples.channels == 1 ? i : i + c]));
    }
  }
  return image;
}

void append(png_structp png, png_bytep data, std::size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(data), size);
}

std::string encode_png(const Samples& samples) {
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &bytes, append, nullptr);
  const int types[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGBA};
  png_set_IHDR(png, info, static_cast<png_uint_32>(samples.width), static_cast<png_uint_32>(samples.height),
               samples.bits, types[samples.channels], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
               PNG_FILTER_TYPE_BASE);
  png_set_compression_level(png, 1);
  png_write_info(png, info);
  const auto row = static_cast<std::size_t>(samples.width * samples.channels);
  for (int y = 0; y < samples.height; ++y) {
    std::vector<std::uint8_t> packed;
    for (std::size_t i = 0; i < row; ++i) {
      const std::uint16_t value = samples.values[static_cast<std::size_t>(y) * row + i];
      if (samples.bits == 16) packed.push_back(static_cast<std::uint8_t>(value >> 8));
      packed.push_back(static_cast<std::uint8_t>(value));
    }
    png_write_row(png, packed.data());
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

std::string encode_webp(const Samples& samples) {
  std::vector<std::uint8_t> pixels(samples.values.begin(), samples.values.end());
  std::uint8_t* encoded = nullptr;
  const std::size_t size =
      samples.channels == 4
          ? WebPEncodeLosslessRGBA(pixels.data(), samples.width, samples.height, samples.width * 4, &encoded)
          : WebPEncodeLosslessRGB(pixels.data(), samples.width, samples.height, samples.width * 3, &encoded);
  std::string bytes(reinterpret_cast<const char*>(encoded), size);
  WebPFree(encoded);
  return bytes;
}

std::string encode_bmp(const Samples& samples) {
  std::string rows;
  const int channels = samples.channels;
  for (int y = samples.height - 1; y >= 0; --y) {
    std::string row;
    for (int i = 0; i < samples.width; ++i) {
      for (int c = channels - 1; c >= 0; --c) {
        row += static_cast<char>(
            samples.values[static_cast<std::size_t>((y * samples.width + i) * channels + c)]);
      }
    }
    row.resize((row.size() + 3) / 4 * 4);
    rows += row;
  }
  std::string palette;
  for (unsigned i = 0; channels == 1 && i < 256; ++i) palette += le32(i * 0x010101);
  std::string file = make_bmp(samples.height, samples.width, channels * 8, 40, 0, palette + rows);
  const std::string offset = le32(54 + static_cast<unsigned>(palette.size()));
  return file.replace(10, 4, offset);
}

}  // namespace

std::string encode(const std::string& extension, const Samples& samples, int jpeg_quality) {
  if (extension == ".jpg") return image::encode_jpeg(as_rgb(samples), jpeg_quality);
  if (extension == ".png") return encode_png(samples);
  if (extension == ".webp") return encode_webp(samples);
  if (extension == ".bmp") return encode_bmp(samples);
  if (extension == ".tiff") {
    TiffMake make;
    make.compression = 5;  // LZW
    make.predictor = 2;
    return write_tiff(samples, make);
  }
  throw std::runtime_error("no encoder for " + extension);
}

}  // namespace relprompt::test
