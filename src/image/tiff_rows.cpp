#include "image/tiff_rows.h"

#include <algorithm>

namespace relprompt::image {
namespace {

using Take = std::function<void(const TiffRow&)>;

// For compressions that libtiff decodes only strip by strip.
void read_whole_strips(OpenTiff& tiff, std::uint16_t plane, const Take& take) {
  TIFF* const handle = tiff.file.handle();
  const TiffLayout& layout = tiff.layout;
  std::vector<std::uint8_t> strip(static_cast<std::size_t>(TIFFStripSize64(handle)));
  const std::size_t row_bytes = TIFFScanlineSize64(handle);
  for (std::uint32_t top = 0; top < layout.height; top += layout.piece_height) {
    const std::uint32_t index = TIFFComputeStrip(handle, top, plane);
    const std::size_t rows = std::min(layout.piece_height, layout.height - top);
    const auto wanted = static_cast<tmsize_t>(rows * row_bytes);
    tiff.file.decode([&] { return TIFFReadEncodedStrip(handle, index, strip.data(), wanted) == wanted; });
    for (std::size_t y = 0; y < rows; ++y) {
      take({top + y, 0, layout.width, plane, strip.data() + y * row_bytes});
    }
  }
}

void read_strips(OpenTiff& tiff, std::uint16_t plane, const Take& take) {
  TIFF* const handle = tiff.file.handle();
  std::vector<std::uint8_t> row(static_cast<std::size_t>(TIFFScanlineSize64(handle)));
  for (std::uint32_t y = 0; y < tiff.layout.height; ++y) {
    tiff.file.decode([&] { return TIFFReadScanline(handle, row.data(), y, plane) == 1; });
    take({y, 0, tiff.layout.width, plane, row.data()});
  }
}

void read_tiles(OpenTiff& tiff, std::uint16_t plane, const Take& take) {
  TIFF* const handle = tiff.file.handle();
  const TiffLayout& layout = tiff.layout;
  std::vector<std::uint8_t> tile(static_cast<std::size_t>(TIFFTileSize64(handle)));
  const auto size = static_cast<tmsize_t>(tile.size());
  const std::size_t row_bytes = TIFFTileRowSize64(handle);
  for (std::uint32_t top = 0; top < layout.height; top += layout.piece_height) {
    for (std::uint32_t left = 0; left < layout.width; left += layout.piece_width) {
      const std::uint32_t index = TIFFComputeTile(handle, left, top, 0, plane);
      tiff.file.decode([&] { return TIFFReadEncodedTile(handle, index, tile.data(), size) == size; });
      const std::size_t rows = std::min(layout.piece_height, layout.height - top);
      const std::size_t columns = std::min(layout.piece_width, layout.width - left);
      for (std::size_t y = 0; y < rows; ++y)
        take({top + y, left, columns, plane, tile.data() + y * row_bytes});
    }
  }
}

}  // namespace

void read_tiff_rows(OpenTiff& tiff, const std::vector<std::uint16_t>& planes, const Take& take) {
  for (const std::uint16_t plane : planes) {
    if (tiff.layout.tiled) {
      read_tiles(tiff, plane, take);
    } else if (tiff.layout.compression == COMPRESSION_JBIG) {
      read_whole_strips(tiff, plane, take);
    } else {
      read_strips(tiff, plane, take);
    }
  }
}

}  // namespace relprompt::image
