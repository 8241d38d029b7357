// Makes image files in memory for the tests: by libraries where they can (encoders.cpp, tiff_maker.h), by
// hand where they cannot (EXIF, TIFF and BMP variants).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "relprompt/image.h"

namespace relprompt::test {

/// Samples of an image with any number of channels (grey, RGB or RGBA order).
struct Samples {
  int height = 0;
  int width = 0;
  int channels = 0;
  int bits = 8;
  std::vector<std::uint16_t> values;  ///< [height, width, channels]
};

/// A smooth image with something different at every corner.
Samples gradient(int height, int width, int channels = 3, int bits = 8);

/// A whole file; `extension` is .jpg, .png, .tiff (LZW), .webp or .bmp. WebP is lossless, JPEG has quality 95
/// unless given.
std::string encode(const std::string& extension, const Samples& samples, int jpeg_quality = 95);

/// The image that read_image should give: grey repeated, upper 8 bits, alpha over white.
Image expected_rgb(const Samples& samples);

/// A TIFF structure with one field, the orientation, as EXIF blocks hold it.
std::string exif_block(int orientation, bool big_endian);
/// The JPEG with an APP1 EXIF segment behind its first marker.
std::string with_exif(const std::string& jpeg, int orientation, bool big_endian = true);

/// What make_tiff varies.
struct TiffOptions {
  int orientation = 1;
  int extra_samples = -1;  ///< value of that field; -1: no such field
  int photometric = 1;
  int sample_format = 1;
};
/// A little-endian uncompressed TIFF of one strip, directory first.
std::string make_tiff(const Samples& samples, const TiffOptions& options);

/// A BMP of given header size (40 or 108) and compression with these raw pixel bytes.
std::string make_bmp(int height, int width, int bits, int header, int compression, const std::string& pixels);

/// A PNG chunk with length and CRC, and the big-endian Adler-32 that ends zlib data.
std::string png_chunk(const std::string& kind, const std::string& body);
std::string adler32(const std::string& bytes);

/// Little- and big-endian numbers for hand-made files.
std::string le16(unsigned value);
std::string le32(unsigned value);
std::string be32(unsigned value);

}  // namespace relprompt::test
