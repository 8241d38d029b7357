#include "tiff_maker.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <tiffio.h>

namespace relprompt::test {
namespace {

struct Memory {
  std::string bytes;
  std::size_t position = 0;

  static Memory& of(thandle_t handle) { return *static_cast<Memory*>(handle); }
  static tmsize_t read(thandle_t handle, void* out, tmsize_t count) {
    Memory& memory = of(handle);
    const std::size_t left = memory.bytes.size() - std::min(memory.position, memory.bytes.size());
    const std::size_t taken = std::min(left, static_cast<std::size_t>(count));
    std::memcpy(out, memory.bytes.data() + std::min(memory.position, memory.bytes.size()), taken);
    memory.position += taken;
    return static_cast<tmsize_t>(taken);
  }
  static tmsize_t write(thandle_t handle, void* in, tmsize_t count) {
    Memory& memory = of(handle);
    const auto size = static_cast<std::size_t>(count);
    if (memory.bytes.size() < memory.position + size) memory.bytes.resize(memory.position + size);
    std::memcpy(memory.bytes.data() + memory.position, in, size);
    memory.position += size;
    return count;
  }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    Memory& memory = of(handle);
    const std::size_t base = whence == SEEK_CUR   ? memory.position
                             : whence == SEEK_END ? memory.bytes.size()
                                                  : 0;
    return memory.position = base + offset;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).bytes.size(); }
};

// Rows [top, top + rows) and columns of one plane, or of all channels, as bytes.
std::string packed(const Samples& samples, int bits, int plane, int top, int left, int rows, int columns) {
  std::string bytes;
  for (int y = top; y < top + rows; ++y) {
    unsigned held = 0;
    int count = 0;
    for (int x = left; x < left + columns; ++x) {
      for (int c = plane < 0 ? 0 : plane; c < (plane < 0 ? samples.channels : plane + 1); ++c) {
        const bool inside = y < samples.height && x < samples.width;
        const auto at = static_cast<std::size_t>((y * samples.width + x) * samples.channels + c);
        const unsigned value = inside ? samples.values[at] : 0;
        if (bits == 16) {
          bytes += le16(value);
          continue;
        }
        held = held << bits | value;
        for (count += bits; count >= 8; count -= 8) bytes += static_cast<char>(held >> (count - 8) & 255);
        held &= (1u << count) - 1;
      }
    }
    if (count > 0) bytes += static_cast<char>(held << (8 - count) & 255);
  }
  return bytes;
}

void set_fields(TIFF* tiff, const Samples& samples, const TiffMake& make, int bits) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, samples.width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, samples.height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples.channels);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, make.compression);
  if (make.predictor != 1) TIFFSetField(tiff, TIFFTAG_PREDICTOR, make.predictor);
  const int usual = samples.channels >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, make.photometric < 0 ? usual : make.photometric);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, make.separate ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  if (make.tile > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, make.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, make.tile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, make.rows_per_strip > 0 ? make.rows_per_strip : samples.height);
  }
  if (!make.extra.empty()) {
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, static_cast<int>(make.extra.size()), make.extra.data());
  }
  if (make.smin) TIFFSetField(tiff, TIFFTAG_SMINSAMPLEVALUE, *make.smin);
  if (make.smax) TIFFSetField(tiff, TIFFTAG_SMAXSAMPLEVALUE, *make.smax);
}

void require(bool holds) {
  if (!holds) throw std::runtime_error("libtiff does not write this test file");
}

void write_page(TIFF* tiff, const Samples& samples, const TiffMake& make) {
  const int bits = make.bits > 0 ? make.bits : samples.bits;
  set_fields(tiff, samples, make, bits);
  const int height = make.tile > 0             ? make.tile
                     : make.rows_per_strip > 0 ? make.rows_per_strip
                                               : samples.height;
  const int width = make.tile > 0 ? make.tile : samples.width;
  std::uint32_t index = 0;
  for (int plane = make.separate ? 0 : -1; plane < (make.separate ? samples.channels : 0); ++plane) {
    for (int top = 0; top < samples.height; top += height) {
      for (int left = 0; left < samples.width; left += width, ++index) {
        const int rows = make.tile > 0 ? height : std::min(height, samples.height - top);
        std::string bytes = packed(samples, bits, plane, top, left, rows, width);
        const auto size = static_cast<tmsize_t>(bytes.size());
        require((make.tile > 0 ? TIFFWriteEncodedTile(tiff, index, bytes.data(), size)
                               : TIFFWriteEncodedStrip(tiff, index, bytes.data(), size)) == size);
      }
    }
  }
  require(TIFFWriteDirectory(tiff) == 1);
}

}  // namespace

std::string write_tiff(const Samples& samples, const TiffMake& make) {
  Memory memory;
  TIFFSetWarningHandler(nullptr);  // it warns of compressions that are out of use
  TIFF* const tiff = TIFFClientOpen("test", "wl", &memory, Memory::read, Memory::write, Memory::seek,
                                    Memory::close, Memory::size, nullptr, nullptr);
  require(tiff != nullptr);
  for (int page = 0; page < make.pages; ++page) write_page(tiff, samples, make);
  TIFFClose(tiff);
  return std::move(memory.bytes);
}

std::pair<std::size_t, std::size_t> first_piece(const std::string& bytes) {
  Memory memory = {bytes, 0};
  TIFF* const tiff = TIFFClientOpen("test", "r", &memory, Memory::read, Memory::write, Memory::seek,
                                    Memory::close, Memory::size, nullptr, nullptr);
  require(tiff != nullptr);
  const std::pair<std::size_t, std::size_t> piece = {TIFFGetStrileOffset(tiff, 0),
                                                     TIFFGetStrileByteCount(tiff, 0)};
  TIFFClose(tiff);
  return piece;
}

}  // namespace relprompt::test
