// The bytes of a pickle, taken from front to back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "archive/little_endian.h"

namespace relprompt::archive {

/// All functions throw Error(kPickleMalformed) if the pickle ends early.
class PickleBytes {
 public:
  PickleBytes(const std::byte* data, std::size_t size) : data_(data), size_(size) {}

  const std::byte* take(std::uint64_t bytes);
  std::string_view take_text(std::uint64_t bytes) {
    return {reinterpret_cast<const char*>(take(bytes)), static_cast<std::size_t>(bytes)};
  }
  /// Up to the next line feed, which is taken too; at most kLongestName bytes.
  std::string_view take_line();
  /// A little-endian number.
  template <class Number>
  Number take_number() {
    return load_little<Number>(take(sizeof(Number)));
  }
  /// A big-endian double, the one number of the format in that order.
  double take_double();

  std::size_t place() const { return at_; }
  bool at_end() const { return at_ == size_; }

  static constexpr std::size_t kLongestName = 1024;

 private:
  const std::byte* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

}  // namespace relprompt::archive
