#include "formats/brush_rle.h"

#include <algorithm>
#include <array>

namespace relprompt::formats {
namespace {

constexpr std::uint64_t kChannels = 4;
constexpr unsigned kValueBits = 8;
// The sizes that Label Studio itself writes.
constexpr std::array<unsigned, 4> kLengthBits = {3, 4, 8, 16};
constexpr std::uint64_t kLongest = std::uint64_t{1} << kLengthBits.back();

class BitWriter {
 public:
  /// The lowest `count` bits, at most 32, highest first.
  void put(std::uint64_t bits, unsigned count) {
    waiting_ = waiting_ << count | bits;
    waiting_bits_ += count;
    while (waiting_bits_ >= 8) {
      waiting_bits_ -= 8;
      bytes_.push_back(static_cast<std::uint8_t>(waiting_ >> waiting_bits_));
    }
    waiting_ &= (std::uint64_t{1} << waiting_bits_) - 1;
  }

  /// One value for the whole run.
  void put_run(std::uint64_t length, std::uint64_t value) {
    for (; length > 0; length -= std::min(length, kLongest)) {
      const std::uint64_t now = std::min(length, kLongest) - 1;
      std::size_t size = 0;
      while (now >> kLengthBits[size] != 0) ++size;
      put(1, 1);
      put(size, 2);
      put(now, kLengthBits[size]);
      put(value, kValueBits);
    }
  }

  std::vector<std::uint8_t> take() {
    if (waiting_bits_ > 0) put(0, 8 - waiting_bits_);
    return std::move(bytes_);
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint64_t waiting_ = 0;
  unsigned waiting_bits_ = 0;
};

}  // namespace

std::vector<std::uint8_t> brush_rle(const Run* begin, const Run* end, std::uint64_t pixels) {
  BitWriter writer;
  writer.put(pixels * kChannels, 32);
  writer.put(kValueBits - 1, 5);
  for (const unsigned bits : kLengthBits) writer.put(bits - 1, 4);
  std::uint64_t done = 0;
  for (const Run* run = begin; run != end; ++run) {
    writer.put_run((run->start - done) * kChannels, 0);
    writer.put_run(run->length * kChannels, 255);
    done = std::uint64_t{run->start} + run->length;
  }
  writer.put_run((pixels - done) * kChannels, 0);
  return writer.take();
}

}  // namespace relprompt::formats
