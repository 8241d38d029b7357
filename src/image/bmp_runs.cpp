// Run-length coded BMP: pairs of a count and a colour, or after a count of 0 an escape: 0 ends the row, 1 the
// image, 2 jumps right and down, larger numbers are a count of colours as they are, padded to 16 bits.
#include <algorithm>

#include <fmt/format.h>

#include "image/bmp_decode.h"

namespace relprompt::image {
namespace {

class Unpacker {
 public:
  Unpacker(const Source& source, const BmpHeader& header)
      : source_(source),
        header_(header),
        at_(source.data() + header.offset),
        end_(source.data() + (header.bytes > 0 ? header.offset + header.bytes : source.size())),
        row_width_((header.width * header.bits + 31) / 32 * 32 / header.bits),
        indices_(header.width * header.height) {}

  std::vector<std::uint8_t> unpack() {
    while (true) {
      const std::uint8_t count = next(), value = next();
      if (count > 0) {
        put_run(count, value);
      } else if (value == 0) {
        column_ = 0;
        ++row_;
      } else if (value == 1) {
        return std::move(indices_);
      } else if (value == 2) {
        column_ += next();
        row_ += next();
      } else {
        put_plain(value);
      }
    }
  }

 private:
  std::uint8_t next() {
    if (at_ == end_) source_.damaged("its run-length coded pixels end without their end mark");
    return *at_++;
  }

  void require_room(std::size_t count) const {
    if (row_ < header_.height && column_ <= row_width_ && count <= row_width_ - column_) return;
    source_.damaged(
        fmt::format("its run-length coded pixels leave the image in row {} of {}", row_ + 1, header_.height));
  }

  void put(std::uint8_t index) {
    if (column_ < header_.width) indices_[row_ * header_.width + column_] = index;
    ++column_;
  }

  void put_run(std::size_t count, std::uint8_t value) {
    require_room(count);
    for (std::size_t i = 0; i < count; ++i) {
      put(header_.bits == 8 ? value : static_cast<std::uint8_t>(i % 2 == 0 ? value >> 4 : value & 15));
    }
  }

  void put_plain(std::size_t count) {
    require_room(count);
    const std::size_t bytes = header_.bits == 8 ? count : (count + 1) / 2;
    std::uint8_t byte = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (header_.bits == 8 || i % 2 == 0) byte = next();
      put(header_.bits == 8 ? byte : static_cast<std::uint8_t>(i % 2 == 0 ? byte >> 4 : byte & 15));
    }
    if (bytes % 2 != 0) next();
  }

  const Source& source_;
  const BmpHeader& header_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  std::uint64_t row_ = 0, column_ = 0;
  std::uint64_t row_width_;  // some programs code the padding of a row as well
  std::vector<std::uint8_t> indices_;
};

}  // namespace

std::vector<std::uint8_t> unpack_bmp_runs(const Source& source, const BmpHeader& header) {
  return Unpacker(source, header).unpack();
}

}  // namespace relprompt::image
