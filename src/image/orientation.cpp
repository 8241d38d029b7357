#include "image/orientation.h"

#include <cstring>

#include "image/tiff_directory.h"

namespace relprompt::image {
namespace {

constexpr std::uint16_t kOrientationTag = 274;

}  // namespace

int exif_orientation(const std::uint8_t* block, std::size_t size) {
  if (size >= 6 && std::memcmp(block, "Exif\0\0", 6) == 0) {
    block += 6;
    size -= 6;
  }
  const auto directory = TiffDirectory::read(block, size);
  if (!directory) return 1;
  const std::uint32_t orientation = directory->value(kOrientationTag, 1);
  return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
}

Image upright(Image stored, int orientation) {
  if (orientation <= 1 || orientation > 8) return stored;
  // The orientation says where the stored first row and column belong: 5..8 are the transposed ones.
  const bool transpose = orientation >= 5;
  const bool flip_rows = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  const bool flip_columns = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  Image turned;
  turned.height = transpose ? stored.width : stored.height;
  turned.width = transpose ? stored.height : stored.width;
  turned.rgb.resize(stored.rgb.size());
  std::uint8_t* out = turned.rgb.data();
  for (int y = 0; y < turned.height; ++y) {
    const int v = flip_rows ? turned.height - 1 - y : y;
    for (int x = 0; x < turned.width; ++x, out += 3) {
      const int u = flip_columns ? turned.width - 1 - x : x;
      const std::size_t row = static_cast<std::size_t>(transpose ? u : v);
      const std::size_t column = static_cast<std::size_t>(transpose ? v : u);
      std::memcpy(out, stored.rgb.data() + (row * static_cast<std::size_t>(stored.width) + column) * 3, 3);
    }
  }
  return turned;
}

}  // namespace relprompt::image
