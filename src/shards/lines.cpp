#include "shards/lines.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "relprompt/error.h"

namespace relprompt::shards {

LineReader::LineReader(FileHandle file, std::string source, std::size_t most_bytes)
    : file_(std::move(file)), source_(std::move(source)), most_bytes_(most_bytes) {}

std::string LineReader::place() const {
  return fmt::format("{}, line {}", source_, number_);
}

bool LineReader::fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  std::array<char, std::size_t{1} << 16> block;
  ssize_t count = 0;
  do {
    count = ::read(file_.number(), block.data(), block.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0)
    throw Error(ErrorCode::kUnreadable, fmt::format("cannot read {}: {}", source_, std::strerror(errno)));
  buffer_.append(block.data(), static_cast<std::size_t>(count));
  return count > 0;
}

bool LineReader::next(std::string& line) {
  ++number_;
  offset_ = next_offset_;
  for (std::size_t looked = at_;;) {
    const auto end = buffer_.find('\n', looked);
    whole_ = end != std::string::npos;
    const std::size_t length = (whole_ ? end : buffer_.size()) - at_;
    if (length > most_bytes_) {
      throw Error(
          ErrorCode::kUnreadable,
          fmt::format("{}: expected a line of at most {} bytes, found a longer one", place(), most_bytes_));
    }
    if (!whole_ && (looked = length, fill())) continue;  // what was looked at stands at the front now
    if (!whole_ && length == 0) return false;
    line.assign(buffer_, at_, length);
    at_ += length + (whole_ ? 1 : 0);
    next_offset_ += length + (whole_ ? 1 : 0);
    return true;
  }
}

}  // namespace relprompt::shards
