// Sizes come from the file, so every comparison is against what is left, never a sum that could wrap.
#include "archive/pickle_bytes.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::archive {

const std::byte* PickleBytes::take(std::uint64_t bytes) {
  if (bytes > size_ - at_) {
    throw Error(ErrorCode::kPickleMalformed,
                fmt::format("it ends early: {} bytes wanted, {} left", bytes, size_ - at_));
  }
  const std::byte* taken = data_ + at_;
  at_ += static_cast<std::size_t>(bytes);
  return taken;
}

std::string_view PickleBytes::take_line() {
  const std::string_view rest(reinterpret_cast<const char*>(data_) + at_,
                              std::min(size_ - at_, kLongestName));
  const std::size_t length = rest.find('\n');
  if (length == std::string_view::npos) throw Error(ErrorCode::kPickleMalformed, "a name does not end");
  at_ += length + 1;
  return rest.substr(0, length);
}

double PickleBytes::take_double() {
  const std::byte* bytes = take(sizeof(double));
  std::byte reversed[sizeof(double)];
  std::reverse_copy(bytes, bytes + sizeof(double), reversed);
  return load_little<double>(reversed);
}

}  // namespace relprompt::archive
