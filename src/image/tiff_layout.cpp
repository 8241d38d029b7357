#include "image/tiff_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "image/tiff_directory.h"
#include "image/tiff_streams.h"

namespace relprompt::image {
namespace {

// Bytes beyond those of the image itself that a tile or a table may take.
constexpr std::uint64_t kSlack = std::uint64_t{32} << 20;
// A decoded tile has at most so many bytes a pixel of the image.
constexpr std::uint64_t kTileBytesAPixel = 8;
// Tiles of one content may share their bytes, but not so often that decoding takes forever.
constexpr std::uint64_t kMostReuse = 16;

std::optional<double> number(TIFF* tiff, std::uint32_t tag) {
  double found = 0;
  if (TIFFGetField(tiff, tag, &found) == 0 || !std::isfinite(found)) return std::nullopt;
  return found;
}

// What the type can hold, for the end of a range that is not stated; nothing for floating-point numbers.
std::optional<SampleRange> range_of_type(const TiffLayout& layout) {
  const double steps = std::ldexp(1.0, layout.bits);
  if (layout.format == SAMPLEFORMAT_UINT) return SampleRange{0, steps - 1};
  if (layout.format == SAMPLEFORMAT_INT) return SampleRange{-steps / 2, steps / 2 - 1};
  return std::nullopt;
}

std::optional<SampleRange> stated_range(TIFF* tiff, const TiffLayout& layout) {
  const auto least = number(tiff, TIFFTAG_SMINSAMPLEVALUE), most = number(tiff, TIFFTAG_SMAXSAMPLEVALUE);
  const auto type = range_of_type(layout);
  if ((!least && !most) || (!type && (!least || !most))) return std::nullopt;
  const SampleRange range = {least ? *least : type->min, most ? *most : type->max};
  if (!(range.max > range.min)) return std::nullopt;
  if (type && range.min == type->min && range.max == type->max) return std::nullopt;  // says nothing new
  return range;
}

// Reduced copies and masks (NewSubfileType) are no pages of their own.
void read_pages(const Source& source, TiffLayout& layout) {
  constexpr std::uint16_t kSubfileType = 254, kExtraSamples = 338;
  constexpr std::uint32_t kReduced = 1, kMask = 4;
  constexpr std::size_t kMostPages = 1000;
  auto directory = TiffDirectory::read(source.data(), source.size());
  if (!directory) return;
  layout.extra_declared = directory->has(kExtraSamples);
  std::set<std::size_t> seen = {directory->start()};
  while (seen.size() < kMostPages) {
    directory = directory->next();
    if (!directory || !seen.insert(directory->start()).second) return;
    if ((directory->value(kSubfileType, 0) & (kReduced | kMask)) == 0) ++layout.further_pages;
  }
}

struct Piece {
  std::uint64_t offset, bytes, wanted;
};

std::uint64_t decoded_bytes(TIFF* tiff, const TiffLayout& layout, std::uint32_t index) {
  if (layout.tiled) return TIFFTileSize64(tiff);
  const std::uint32_t a_plane = (layout.height + layout.piece_height - 1) / layout.piece_height;
  const std::uint32_t first = index % a_plane * layout.piece_height;
  return TIFFVStripSize64(tiff, std::min(layout.piece_height, layout.height - first));
}

void check_piece(const Source& source, const TiffLayout& layout, const Piece& piece,
                 const std::string& name) {
  if (piece.bytes == 0 || !source.has(piece.offset, piece.bytes)) {
    source.damaged(fmt::format("{} ({} bytes at offset {}) lies outside the file of {} bytes", name,
                               piece.bytes, piece.offset, source.size()));
  }
  if (layout.compression == COMPRESSION_NONE && piece.bytes < piece.wanted) {
    source.damaged(fmt::format("{} has {} bytes, {} are needed", name, piece.bytes, piece.wanted));
  }
}

void check_tile_size(TIFF* tiff, const Source& source, const TiffLayout& layout) {
  if (!layout.tiled) return;
  const std::uint64_t bytes = TIFFTileSize64(tiff), pixels = std::uint64_t{layout.width} * layout.height;
  if (bytes > 0 && bytes <= pixels * kTileBytesAPixel + kSlack) return;
  throw Error(ErrorCode::kImageTooLarge,
              fmt::format("{} is {}x{} pixels in tiles of {}x{}, each {} bytes when decoded", source.name(),
                          layout.width, layout.height, layout.piece_width, layout.piece_height, bytes),
              "write it again with smaller tiles");
}

}  // namespace

TiffLayout read_tiff_layout(TiffFile& file) {
  TIFF* const tiff = file.handle();
  TiffLayout layout;
  layout.width = file.value<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  layout.height = file.value<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  file.source().check_size(layout.width, layout.height);
  layout.bits = file.value<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  layout.samples = file.value<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  layout.format = file.value<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  if (layout.format == SAMPLEFORMAT_VOID) layout.format = SAMPLEFORMAT_UINT;
  layout.compression = file.value<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  const std::uint16_t usual = layout.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  if (TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric) == 0) layout.photometric = usual;
  const auto orientation = file.value<std::uint16_t>(TIFFTAG_ORIENTATION, 1);
  layout.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
  layout.separate =
      layout.samples > 1 && file.value<std::uint16_t>(TIFFTAG_PLANARCONFIG, 1) == PLANARCONFIG_SEPARATE;
  layout.tiled = TIFFIsTiled(tiff) != 0;
  layout.piece_width = layout.tiled ? file.value<std::uint32_t>(TIFFTAG_TILEWIDTH, 0) : layout.width;
  layout.piece_height =
      file.value<std::uint32_t>(layout.tiled ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, 0);
  if (!layout.tiled) layout.piece_height = std::min(layout.piece_height, layout.height);
  if (layout.piece_width == 0 || layout.piece_height == 0) {
    file.source().damaged(layout.tiled ? "its tiles have no size" : "its strips have no rows");
  }
  std::uint16_t count = 0, *kinds = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) != 0)
    layout.extra.assign(kinds, kinds + count);
  layout.range = stated_range(tiff, layout);
  read_pages(file.source(), layout);
  return layout;
}

void check_tiff_pieces(TiffFile& file, const TiffLayout& layout) {
  TIFF* const tiff = file.handle();
  const Source& source = file.source();
  check_tile_size(tiff, source, layout);
  const std::uint32_t count = layout.tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  if (count == 0) source.damaged("its TIFF directory contradicts itself: there would be no pixels");
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Piece piece = {TIFFGetStrileOffset(tiff, i), TIFFGetStrileByteCount(tiff, i),
                         decoded_bytes(tiff, layout, i)};
    const std::string name = fmt::format("{} {} of {}", layout.tiled ? "tile" : "strip", i + 1, count);
    check_piece(source, layout, piece, name);
    total += piece.bytes;
    if (total / kMostReuse > source.size())
      source.damaged("its strips or tiles lie over each other again and again");
    check_tiff_stream(file, layout, {source.data() + piece.offset, piece.bytes, piece.wanted}, name);
  }
}

namespace {

// libtiff takes tables of strips and colours from this; pixels are read by rows or tiles, whose size is
// checked.
std::size_t max_allocation(const Source& source) {
  constexpr std::uint16_t kWidth = 256, kHeight = 257;
  const auto directory = TiffDirectory::read(source.data(), source.size());
  if (!directory) source.damaged("its TIFF directory is malformed or lies outside the file");
  const std::uint64_t width = directory->value(kWidth, 0), height = directory->value(kHeight, 0);
  source.check_size(width, height);
  return width * height * kTileBytesAPixel + kSlack;
}

}  // namespace

OpenTiff::OpenTiff(const Source& source)
    : file(source, max_allocation(source)), layout(read_tiff_layout(file)) {}

}  // namespace relprompt::image
