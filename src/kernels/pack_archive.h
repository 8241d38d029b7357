// What packed weights are stored in and taken from. Both go through the same sequence of arrays, so that one
// function of a class (visit) says what is stored, in which order and of which size.
#pragma once

#include <cstdint>

#include "kernels/packed_array.h"

namespace relprompt::kernels {

class PackArchive {
 public:
  virtual ~PackArchive() = default;

  /// A writing archive stores the numbers, of which there must be `count`; a reading one makes `numbers` a
  /// view of what it has stored next. Alignment 64 bytes. Throws what the archive throws for another size.
  template <typename T>
  void array(PackedArray<T>& numbers, std::int64_t count) {
    const auto bytes = block({numbers.data(), numbers.size() * kSize<T>, numbers.owner()}, count * kSize<T>);
    numbers = PackedArray<T>(static_cast<const T*>(bytes.data), bytes.size / kSize<T>, bytes.owner);
  }

 protected:
  struct Block {
    const void* data = nullptr;
    std::int64_t size = 0;  ///< bytes
    std::shared_ptr<const void> owner;
  };
  /// A writer stores `own` and gives it back, a reader gives the next `size` bytes.
  virtual Block block(const Block& own, std::int64_t size) = 0;

 private:
  template <typename T>
  static constexpr auto kSize = static_cast<std::int64_t>(sizeof(T));
};

}  // namespace relprompt::kernels
