// Memory that kernels work in: aligned for the widest vectors, not initialised, kept between calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace relprompt::kernels {

template <typename T>
class Buffer {
 public:
  /// Scratch for `count` numbers; what was there before is lost when that is more than ever before. Throws
  /// std::bad_alloc.
  T* reserve(std::int64_t count) {
    if (count <= size_) return data_.get();
    constexpr std::size_t kLine = 64;
    const auto bytes = (static_cast<std::size_t>(count) * sizeof(T) + kLine - 1) / kLine * kLine;
    data_.reset();
    size_ = 0;
    data_.reset(static_cast<T*>(std::aligned_alloc(kLine, bytes)));
    if (!data_) throw std::bad_alloc();
    size_ = count;
    return data_.get();
  }

  const T* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };
  std::unique_ptr<T, Free> data_;
  std::int64_t size_ = 0;
};

}  // namespace relprompt::kernels
