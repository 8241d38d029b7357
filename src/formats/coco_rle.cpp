#include "formats/coco_rle.h"

#include <array>

namespace relprompt::formats {
namespace {

class CountWriter {
 public:
  void add(std::int64_t count) {
    append(number_ > 2 ? count - before_[number_ % 2] : count);
    before_[number_ % 2] = count;
    ++number_;
  }

  std::string take() { return std::move(text_); }

 private:
  void append(std::int64_t value) {
    bool more = true;
    while (more) {
      auto group = static_cast<char>(value & 0x1F);
      value >>= 5;  // keeps the sign
      more = (group & 0x10) != 0 ? value != -1 : value != 0;
      if (more) group = static_cast<char>(group | 0x20);
      text_ += static_cast<char>(group + '0');
    }
  }

  std::string text_;
  std::size_t number_ = 0;
  std::array<std::int64_t, 2> before_{};  ///< the last two counts, by their number's parity
};

}  // namespace

std::string coco_counts(const Run* begin, const Run* end, std::uint64_t pixels) {
  CountWriter writer;
  std::uint64_t done = 0;
  for (const Run* run = begin; run != end; ++run) {
    writer.add(static_cast<std::int64_t>(run->start - done));
    writer.add(run->length);
    done = std::uint64_t{run->start} + run->length;
  }
  if (done < pixels || begin == end) writer.add(static_cast<std::int64_t>(pixels - done));
  return writer.take();
}

}  // namespace relprompt::formats
