// One tensor of a model: numbers in a file or in memory, in whatever type they are stored.
//
// Reading a model needs no arithmetic on tensors, so this is all that stands in for LibTorch's type here: a
// shape, a pointer and whoever owns what it points to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "archive/tensor_archive.h"

namespace relprompt::model {

/// Contiguous, row-major, aligned for its type. Copies share their memory, which nobody may write to.
class Tensor {
 public:
  Tensor() = default;
  /// A view; `owner` keeps `data` alive.
  Tensor(archive::DType dtype, std::vector<std::int64_t> shape, const void* data,
         std::shared_ptr<const void> owner);
  /// fp32 numbers of its own. Throws Error(kInternal) if there are not as many as the shape says.
  Tensor(std::vector<std::int64_t> shape, std::vector<float> values);

  archive::DType dtype() const { return dtype_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  /// Product of the shape; 1 for a scalar, also for a default-constructed tensor without data.
  std::int64_t elements() const;
  std::uint64_t bytes() const;
  const void* data() const { return data_; }
  const std::shared_ptr<const void>& owner() const { return owner_; }
  explicit operator bool() const { return data_ != nullptr; }

  /// The numbers of an fp32 tensor. Throws Error(kInternal) for another type.
  const float* floats() const;
  std::vector<float> values() const;

 private:
  archive::DType dtype_ = archive::DType::kF32;
  std::vector<std::int64_t> shape_;
  const void* data_ = nullptr;
  std::shared_ptr<const void> owner_;
};

/// The same numbers in fp32: the tensor itself if it is that already, else an own copy. Throws
/// Error(kInternal) for types that are no floating point numbers.
Tensor to_fp32(const Tensor& tensor);

/// The numbers rounded to half precision (IEEE binary16), beyond 65504 to infinity. From any float type.
Tensor to_fp16(const Tensor& tensor);

/// [rows, columns] -> [columns, rows], of any type.
Tensor transposed(const Tensor& matrix);

/// Tensors of one type and equal shapes but for the first dimension, one after the other along it.
Tensor stacked(const std::vector<Tensor>& parts);

/// Another shape with as many elements. Throws Error(kInternal) for a different number of them.
Tensor reshaped(const Tensor& tensor, std::vector<std::int64_t> shape);

}  // namespace relprompt::model
