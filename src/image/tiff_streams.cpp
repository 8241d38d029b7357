#include "image/tiff_streams.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "relprompt/error.h"

namespace relprompt::image {
namespace {

using Found = std::optional<std::string>;  // what is wrong

Found wrong_length(std::uint64_t found, const TiffStream& stream, std::uint64_t whole) {
  if (found == stream.wanted || found == whole) return std::nullopt;
  return fmt::format("decodes to {} bytes instead of {}", found, stream.wanted);
}

// The lengths of the strings that LZW codes stand for; the strings themselves are libtiff's work.
class LzwWalk {
 public:
  explicit LzwWalk(const TiffStream& stream) : stream_(stream) {}

  /// @param most stops behind so many decoded bytes
  Found walk(std::uint64_t most, std::uint64_t& total) {
    bool first = true;
    while (true) {
      const int code = next();
      if (code < 0) return "ends without LZW's end code";
      if (code == kEnd) return std::nullopt;
      if (code == kClear) {
        next_entry_ = kFirst;
        bits_ = 9;
        first = true;
        continue;
      }
      if (first ? code >= kClear : code > next_entry_) {
        return fmt::format("has LZW code {}, which its table does not hold", code);
      }
      if (!first && !add_entry(code)) return "has more LZW codes than its table can hold";
      first = false;
      previous_ = length_of(code);
      total += previous_;
      if (total > most) return "has too many LZW codes";
    }
  }

 private:
  static constexpr int kClear = 256, kEnd = 257, kFirst = 258, kTable = 4096;

  std::uint32_t length_of(int code) const {
    return code < kClear ? 1 : lengths_[static_cast<std::size_t>(code)];
  }

  bool add_entry(int) {
    if (next_entry_ >= kTable) return false;
    lengths_[static_cast<std::size_t>(next_entry_++)] = previous_ + 1;
    // TIFF's codes grow one entry early.
    if (bits_ < 12 && next_entry_ >= (1 << bits_) - 1) ++bits_;
    return true;
  }

  int next() {
    while (held_ < bits_) {
      if (at_ == stream_.size) return -1;
      hold_ = (hold_ << 8 | stream_.data[at_++]) & 0xFFFFFF;
      held_ += 8;
    }
    held_ -= bits_;
    return static_cast<int>(hold_ >> held_ & ((1u << bits_) - 1));
  }

  const TiffStream& stream_;
  std::uint64_t at_ = 0;
  std::uint32_t hold_ = 0;
  int held_ = 0, bits_ = 9, next_entry_ = kFirst;
  std::uint32_t previous_ = 0;
  std::array<std::uint32_t, kTable> lengths_{};
};

Found check_lzw(const TiffStream& stream, std::uint64_t whole) {
  std::uint64_t total = 0;
  if (auto wrong = LzwWalk(stream).walk(std::max(stream.wanted, whole), total)) return wrong;
  return wrong_length(total, stream, whole);
}

Found check_deflate(const TiffStream& stream, std::uint64_t whole) {
  z_stream inflater{};
  if (inflateInit(&inflater) != Z_OK)
    throw Error(ErrorCode::kOutOfMemory, "not enough memory to decode a TIFF");
  std::array<unsigned char, 1 << 15> out;
  std::uint64_t total = 0, at = 0;
  int status = Z_OK;
  const std::uint64_t most = std::max(stream.wanted, whole);
  while (status == Z_OK && total <= most) {
    if (inflater.avail_in == 0 && at < stream.size) {
      const std::uint64_t part = std::min<std::uint64_t>(stream.size - at, std::numeric_limits<uInt>::max());
      inflater.next_in = const_cast<Bytef*>(stream.data + at);
      inflater.avail_in = static_cast<uInt>(part);
      at += part;
    }
    inflater.next_out = out.data();
    inflater.avail_out = out.size();
    status = inflate(&inflater, Z_NO_FLUSH);
    total += out.size() - inflater.avail_out;
  }
  const std::string message = inflater.msg == nullptr ? "it ends early" : inflater.msg;
  inflateEnd(&inflater);
  if (total > most) return "decodes to too many bytes";
  if (status != Z_STREAM_END) return fmt::format("has a damaged Deflate stream ({})", message);
  return wrong_length(total, stream, whole);
}

// TIFF asks that packets end with every row.
Found check_packbits(const TiffStream& stream, std::uint64_t row_bytes) {
  std::uint64_t at = 0, total = 0, row_left = row_bytes;
  while (total < stream.wanted) {
    if (at == stream.size) return "ends inside its PackBits data";
    const int head = static_cast<std::int8_t>(stream.data[at++]);
    if (head == -128) continue;  // a filler
    const std::uint64_t count = static_cast<std::uint64_t>(head >= 0 ? head + 1 : 1 - head);
    if (count > row_left) return "has a PackBits packet that goes beyond its row";
    at += head >= 0 ? count : 1;
    if (at > stream.size) return "ends inside its PackBits data";
    total += count;
    row_left = row_left == count ? row_bytes : row_left - count;
  }
  // A filler and a byte that makes the length even are in use.
  if (stream.size - at > 2) return fmt::format("has {} bytes behind its PackBits data", stream.size - at);
  return std::nullopt;
}

}  // namespace

void check_tiff_stream(const TiffFile& file, const TiffLayout& layout, const TiffStream& given,
                       const std::string& name) {
  TIFF* const tiff = file.handle();
  const std::uint64_t whole = layout.tiled ? given.wanted : TIFFVStripSize64(tiff, layout.piece_height);
  const std::uint64_t row = layout.tiled ? TIFFTileRowSize64(tiff) : TIFFScanlineSize64(tiff);
  const bool lzw = layout.compression == COMPRESSION_LZW,
             packbits = layout.compression == COMPRESSION_PACKBITS;
  const bool deflate =
      layout.compression == COMPRESSION_DEFLATE || layout.compression == COMPRESSION_ADOBE_DEFLATE;
  if (!lzw && !packbits && !deflate) return;
  TiffStream stream = given;
  std::vector<std::uint8_t> turned;
  if (file.value<std::uint16_t>(TIFFTAG_FILLORDER, FILLORDER_MSB2LSB) == FILLORDER_LSB2MSB) {
    turned.assign(given.data, given.data + given.size);
    TIFFReverseBits(turned.data(), static_cast<tmsize_t>(turned.size()));
    stream.data = turned.data();
  }
  const Found wrong = lzw       ? check_lzw(stream, whole)
                      : deflate ? check_deflate(stream, whole)
                                : check_packbits(stream, row);
  if (wrong) file.source().damaged(fmt::format("{} {}", name, *wrong));
}

}  // namespace relprompt::image
