// Numbers as bytes and back, for what a video's next process goes on from. Of one machine, so as they lie in
// memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "relprompt/error.h"

namespace relprompt::segmenter {

template <typename Number>
void put(std::string& bytes, const Number& value) {
  static_assert(std::is_trivially_copyable_v<Number>);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename Number>
void put(std::string& bytes, const std::vector<Number>& values) {
  static_assert(std::is_trivially_copyable_v<Number>);
  put(bytes, static_cast<std::uint64_t>(values.size()));
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number));
}

/// Every length is checked against what is left before memory is taken.
class StateReader {
 public:
  explicit StateReader(const std::string& bytes) : bytes_(bytes) {}

  template <typename Number>
  void get(Number& value) {
    take(&value, sizeof value);
  }
  template <typename Number>
  void get(std::vector<Number>& values) {
    std::uint64_t count = 0;
    get(count);
    if (count > (bytes_.size() - at_) / sizeof(Number)) fail();
    values.resize(static_cast<std::size_t>(count));
    take(values.data(), values.size() * sizeof(Number));
  }
  bool at_end() const { return at_ == bytes_.size(); }
  [[noreturn]] static void fail() {
    throw Error(ErrorCode::kUnreadable, "the remembered state of a video is damaged or of another version");
  }

 private:
  void take(void* to, std::size_t size) {
    if (size > bytes_.size() - at_) fail();
    if (size > 0) std::memcpy(to, bytes_.data() + at_, size);
    at_ += size;
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
};

}  // namespace relprompt::segmenter
