#include "image_maker.h"

namespace relprompt::test {
namespace {

std::string field(unsigned tag, unsigned type, unsigned count, unsigned value) {
  return le16(tag) + le16(type) + le32(count) + le32(value);
}

}  // namespace

std::string le16(unsigned value) {
  return {static_cast<char>(value & 255), static_cast<char>(value >> 8 & 255)};
}
std::string le32(unsigned value) {
  return le16(value & 0xFFFF) + le16(value >> 16);
}
std::string be32(unsigned value) {
  const std::string little = le32(value);
  return {little.rbegin(), little.rend()};
}

Samples gradient(int height, int width, int channels, int bits) {
  Samples samples{height, width, channels, bits, {}};
  const int top = bits == 16 ? 65535 : 255;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const int across = width > 1 ? x * top / (width - 1) : top / 2;
        const int down = height > 1 ? y * top / (height - 1) : top / 3;
        const int values[4] = {across, down, top - (across + down) / 2, (across + 2 * down) / 3};
        samples.values.push_back(static_cast<std::uint16_t>(channels == 1 ? (across + down) / 2 : values[c]));
      }
    }
  }
  return samples;
}

Image expected_rgb(const Samples& samples) {
  Image image;
  image.height = samples.height;
  image.width = samples.width;
  const int shift = samples.bits - 8;
  for (std::size_t i = 0; i < samples.values.size(); i += static_cast<std::size_t>(samples.channels)) {
    const auto at = [&](int c) { return samples.values[i + static_cast<std::size_t>(c)] >> shift; };
    const double alpha = samples.channels == 4 ? at(3) / 255.0 : 1.0;
    for (int c = 0; c < 3; ++c) {
      const double value = at(samples.channels == 1 ? 0 : c);
      image.rgb.push_back(static_cast<std::uint8_t>(value * alpha + 255 * (1 - alpha) + 0.5));
    }
  }
  return image;
}

std::string png_chunk(const std::string& kind, const std::string& body) {
  unsigned crc = 0xFFFFFFFFu;
  for (const char c : kind + body) {
    crc ^= static_cast<unsigned char>(c);
    for (int k = 0; k < 8; ++k) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
  }
  return be32(static_cast<unsigned>(body.size())) + kind + body + be32(~crc);
}

std::string adler32(const std::string& bytes) {
  unsigned a = 1, b = 0;
  for (const char c : bytes) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return be32(b << 16 | a);
}

std::string exif_block(int orientation, bool big_endian) {
  const auto value = static_cast<char>(orientation);
  if (big_endian) {
    return std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) + value + std::string(6, '\0');
  }
  return std::string("II*\0", 4) + le32(8) + le16(1) + field(274, 3, 1, static_cast<unsigned>(orientation)) +
         le32(0);
}

std::string with_exif(const std::string& jpeg, int orientation, bool big_endian) {
  const std::string content = std::string("Exif\0\0", 6) + exif_block(orientation, big_endian);
  const std::size_t length = content.size() + 2;
  const std::string segment = {'\xFF', '\xE1', static_cast<char>(length >> 8),
                               static_cast<char>(length & 255)};
  return jpeg.substr(0, 2) + segment + content + jpeg.substr(2);
}

std::string make_tiff(const Samples& samples, const TiffOptions& options) {
  std::string pixels;
  for (const std::uint16_t value : samples.values) {
    pixels += samples.bits == 8 ? std::string(1, static_cast<char>(value)) : le16(value);
  }
  const auto channels = static_cast<unsigned>(samples.channels), bits = static_cast<unsigned>(samples.bits);
  const auto height = static_cast<unsigned>(samples.height), width = static_cast<unsigned>(samples.width);
  const unsigned count = options.extra_samples >= 0 ? 12 : 11;
  const unsigned bits_at = 8 + 2 + 12 * count + 4, pixels_at = bits_at + 8;
  const unsigned bits_value = channels > 2 ? bits_at : bits | bits << 16;
  std::string file = std::string("II*\0", 4) + le32(8) + le16(count);
  file += field(256, 3, 1, width) + field(257, 3, 1, height) + field(258, 3, channels, bits_value);
  file += field(259, 3, 1, 1) + field(262, 3, 1, static_cast<unsigned>(options.photometric));
  file += field(273, 4, 1, pixels_at) + field(274, 3, 1, static_cast<unsigned>(options.orientation));
  file += field(277, 3, 1, channels) + field(278, 3, 1, height);
  file += field(279, 4, 1, static_cast<unsigned>(pixels.size()));
  if (options.extra_samples >= 0) file += field(338, 3, 1, static_cast<unsigned>(options.extra_samples));
  file += field(339, 3, 1, static_cast<unsigned>(options.sample_format)) + le32(0);
  for (int i = 0; i < 4; ++i) file += le16(bits);
  return file + pixels;
}

std::string make_bmp(int height, int width, int bits, int header, int compression,
                     const std::string& pixels) {
  const auto size = static_cast<unsigned>(header);
  std::string file =
      "BM" + le32(14 + size + static_cast<unsigned>(pixels.size())) + le32(0) + le32(14 + size);
  file += le32(size) + le32(static_cast<unsigned>(width)) + le32(static_cast<unsigned>(height)) + le16(1);
  file += le16(static_cast<unsigned>(bits)) + le32(static_cast<unsigned>(compression)) + le32(0) + le32(0) +
          le32(0);
  file += le32(0) + le32(0);
  if (header == 108)
    file += le32(0xFF0000) + le32(0xFF00) + le32(0xFF) + le32(0xFF000000u) + std::string(52, '\0');
  return file + pixels;
}

}  // namespace relprompt::test
