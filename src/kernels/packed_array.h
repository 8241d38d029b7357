// Numbers that stay as they are: in memory of their own, or a view of somebody else's, such as a mapped file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/buffer.h"

namespace relprompt::kernels {

/// Read-only; copies share the memory.
template <typename T>
class PackedArray {
 public:
  PackedArray() = default;
  /// A view; `owner` keeps `data` alive.
  PackedArray(const T* data, std::int64_t size, std::shared_ptr<const void> owner)
      : data_(data), size_(size), owner_(std::move(owner)) {}
  explicit PackedArray(std::vector<T> numbers) {
    const auto own = std::make_shared<const std::vector<T>>(std::move(numbers));
    *this = PackedArray(own->data(), static_cast<std::int64_t>(own->size()), own);
  }
  explicit PackedArray(Buffer<T> numbers) {
    const auto own = std::make_shared<const Buffer<T>>(std::move(numbers));
    *this = PackedArray(own->data(), own->size(), own);
  }

  const T* data() const { return data_; }
  std::int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const std::shared_ptr<const void>& owner() const { return owner_; }

 private:
  const T* data_ = nullptr;
  std::int64_t size_ = 0;
  std::shared_ptr<const void> owner_;
};

}  // namespace relprompt::kernels
