#include "image/bmp_decode.h"

#include "image/compose.h"

namespace relprompt::image {
namespace {

// 16-bit pixels keep the 5 or 6 bits of a channel as the upper ones of a byte; of 32-bit pixels a channel is
// scaled to the full range.
std::uint8_t channel_of(std::uint32_t pixel, const BmpMask& mask, std::uint32_t bits) {
  if (mask.bits == 0) return 0;
  const std::uint32_t most = mask.bits >> mask.shift, value = (pixel & mask.bits) >> mask.shift;
  if (bits == 32) return static_cast<std::uint8_t>(std::uint64_t{value} * 255 / most);
  int width = 0;
  while (width < 16 && most >> width != 0) ++width;
  return static_cast<std::uint8_t>(width <= 8 ? value << (8 - width) : value >> (width - 8));
}

class RowReader {
 public:
  RowReader(const BmpHeader& header, const std::vector<std::uint8_t>& indices, const std::uint8_t* pixels)
      : header_(header), indices_(indices), pixels_(pixels), alpha_(header.masks[3].bits != 0) {}

  /// Row `y` as stored.
  void read(std::size_t y, std::uint8_t* rgb) const {
    const std::size_t width = header_.width, row_bytes = (width * header_.bits + 31) / 32 * 4;
    const std::uint8_t* const row = pixels_ + y * row_bytes;
    for (std::size_t x = 0; x < width; ++x, rgb += 3) {
      if (header_.bits <= 8) {
        const BmpColor& color = header_.palette[index_at(y, x, row)];
        rgb[0] = color.red;
        rgb[1] = color.green;
        rgb[2] = color.blue;
      } else if (header_.bits == 24) {
        for (std::size_t c = 0; c < 3; ++c) rgb[c] = row[3 * x + 2 - c];
      } else {
        read_masked(row + x * header_.bits / 8, rgb);
      }
    }
  }

 private:
  std::size_t index_at(std::size_t y, std::size_t x, const std::uint8_t* row) const {
    if (!indices_.empty()) return indices_[y * header_.width + x];
    const std::size_t per_byte = 8 / header_.bits, shift = 8 - header_.bits * (x % per_byte + 1);
    return row[x / per_byte] >> shift & ((1u << header_.bits) - 1);
  }

  void read_masked(const std::uint8_t* bytes, std::uint8_t* rgb) const {
    std::uint32_t pixel = bytes[0] | std::uint32_t{bytes[1]} << 8;
    if (header_.bits == 32) pixel |= std::uint32_t{bytes[2]} << 16 | std::uint32_t{bytes[3]} << 24;
    for (std::size_t c = 0; c < 3; ++c) {
      rgb[c] = channel_of(pixel, header_.masks[c], header_.bits);
      if (alpha_) rgb[c] = over_white(rgb[c], channel_of(pixel, header_.masks[3], header_.bits));
    }
  }

  const BmpHeader& header_;
  const std::vector<std::uint8_t>& indices_;
  const std::uint8_t* pixels_;
  bool alpha_;
};

}  // namespace

Image decode_bmp(const Source& source) {
  const BmpHeader header = read_bmp_header(source);
  std::vector<std::uint8_t> indices;
  if (header.run_length) indices = unpack_bmp_runs(source, header);
  Image image;
  image.height = static_cast<int>(header.height);
  image.width = static_cast<int>(header.width);
  image.rgb.resize(header.height * header.width * 3);
  const RowReader reader(header, indices, source.data() + header.offset);
  for (std::size_t y = 0; y < header.height; ++y) {
    const std::size_t row = header.top_down ? y : header.height - 1 - y;
    reader.read(y, image.rgb.data() + row * header.width * 3);
  }
  return image;
}

}  // namespace relprompt::image
