// TIFFs in colour spaces that libtiff knows how to turn into RGB (YCbCr without JPEG, CIE L*a*b*), strip by
// strip or tile by tile.
#include <algorithm>

#include <fmt/format.h>

#include "image/tiff_decode.h"

namespace relprompt::image {
namespace {

// libtiff's raster has the last row first.
void copy_piece(const std::vector<std::uint32_t>& raster, std::size_t raster_width, std::size_t raster_rows,
                std::size_t rows, std::size_t columns, std::uint8_t* out, std::size_t out_row) {
  for (std::size_t y = 0; y < rows; ++y) {
    const std::uint32_t* in = raster.data() + (raster_rows - 1 - y) * raster_width;
    for (std::size_t x = 0; x < columns; ++x) {
      std::uint8_t* const pixel = out + y * out_row + 3 * x;
      pixel[0] = static_cast<std::uint8_t>(TIFFGetR(in[x]));
      pixel[1] = static_cast<std::uint8_t>(TIFFGetG(in[x]));
      pixel[2] = static_cast<std::uint8_t>(TIFFGetB(in[x]));
    }
  }
}

}  // namespace

Image convert_tiff(OpenTiff& tiff) {
  const TiffLayout& layout = tiff.layout;
  TIFF* const handle = tiff.file.handle();
  if (layout.bits != 8 || layout.format != SAMPLEFORMAT_UINT) {
    tiff.file.source().unsupported(
        fmt::format("it is a TIFF of colour space {} with {}-bit samples; 8 bits are read",
                    layout.photometric, layout.bits));
  }
  TIFFSetField(handle, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);  // the caller turns the image
  Image image;
  const std::size_t out_row = std::size_t{layout.width} * 3;
  image.rgb.resize(out_row * layout.height);
  std::vector<std::uint32_t> raster(std::size_t{layout.piece_width} * layout.piece_height);
  for (std::uint32_t top = 0; top < layout.height; top += layout.piece_height) {
    const std::uint32_t rows = std::min(layout.piece_height, layout.height - top);
    for (std::uint32_t left = 0; left < layout.width; left += layout.piece_width) {
      tiff.file.decode([&] {
        return layout.tiled ? TIFFReadRGBATileExt(handle, left, top, raster.data(), 1) == 1
                            : TIFFReadRGBAStripExt(handle, top, raster.data(), 1) == 1;
      });
      copy_piece(raster, layout.piece_width, layout.tiled ? layout.piece_height : rows, rows,
                 std::min(layout.piece_width, layout.width - left),
                 image.rgb.data() + top * out_row + left * 3, out_row);
    }
  }
  return image;
}

}  // namespace relprompt::image
