#include "model/tensor.h"

#include <cstring>
#include <functional>
#include <numeric>

#include "relprompt/error.h"

#include "base/float16.h"

namespace relprompt::model {
namespace {

using archive::DType;

/// Memory for bytes that a tensor will own.
struct Bytes {
  std::shared_ptr<std::vector<std::byte>> memory;
  std::byte* data() const { return memory->data(); }
};

Bytes allocate(std::uint64_t size) {
  return {std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(size))};
}

template <typename From, typename To, typename Convert>
Tensor converted(const Tensor& from, DType to, const Convert& convert) {
  const auto count = static_cast<std::size_t>(from.elements());
  const auto bytes = allocate(count * sizeof(To));
  const auto* source = static_cast<const From*>(from.data());
  for (std::size_t i = 0; i < count; ++i) {
    const To value = convert(source[i]);
    std::memcpy(bytes.data() + i * sizeof(To), &value, sizeof value);
  }
  return {to, from.shape(), bytes.data(), bytes.memory};
}

float from_bfloat16(std::uint16_t bits) {
  const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
  float value = 0;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

[[noreturn]] void no_float() {
  throw Error(ErrorCode::kInternal, "a weight that is no floating point number");
}

}  // namespace

Tensor::Tensor(DType dtype, std::vector<std::int64_t> shape, const void* data,
               std::shared_ptr<const void> owner)
    : dtype_(dtype), shape_(std::move(shape)), data_(data), owner_(std::move(owner)) {}

Tensor::Tensor(std::vector<std::int64_t> shape, std::vector<float> values) : shape_(std::move(shape)) {
  if (elements() != static_cast<std::int64_t>(values.size())) {
    throw Error(ErrorCode::kInternal, "a tensor whose shape and numbers do not fit");
  }
  const auto memory = std::make_shared<std::vector<float>>(std::move(values));
  data_ = memory->data();
  owner_ = memory;
}

std::int64_t Tensor::elements() const {
  return std::accumulate(shape_.begin(), shape_.end(), std::int64_t{1}, std::multiplies<>());
}

std::uint64_t Tensor::bytes() const {
  return static_cast<std::uint64_t>(elements()) * archive::size_of(dtype_);
}

const float* Tensor::floats() const {
  if (dtype_ != DType::kF32) throw Error(ErrorCode::kInternal, "a tensor that is not fp32");
  return static_cast<const float*>(data_);
}

std::vector<float> Tensor::values() const {
  const float* first = floats();
  return {first, first + elements()};
}

Tensor to_fp32(const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::kF32:
      return tensor;
    case DType::kF64:
      return converted<double, float>(tensor, DType::kF32, [](double v) { return static_cast<float>(v); });
    case DType::kF16:
      return converted<std::uint16_t, float>(tensor, DType::kF32, from_float16);
    case DType::kBF16:
      return converted<std::uint16_t, float>(tensor, DType::kF32, from_bfloat16);
    default:
      no_float();
  }
}

Tensor to_fp16(const Tensor& tensor) {
  if (tensor.dtype() == DType::kF16) return tensor;
  return converted<float, std::uint16_t>(to_fp32(tensor), DType::kF16, to_float16);
}

Tensor transposed(const Tensor& matrix) {
  const auto rows = static_cast<std::size_t>(matrix.shape().at(0)),
             columns = static_cast<std::size_t>(matrix.shape().at(1)),
             size = archive::size_of(matrix.dtype());
  const auto bytes = allocate(matrix.bytes());
  const auto* from = static_cast<const std::byte*>(matrix.data());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      std::memcpy(bytes.data() + (c * rows + r) * size, from + (r * columns + c) * size, size);
    }
  }
  return {matrix.dtype(), {matrix.shape()[1], matrix.shape()[0]}, bytes.data(), bytes.memory};
}

Tensor stacked(const std::vector<Tensor>& parts) {
  if (parts.size() == 1) return parts.front();
  std::uint64_t size = 0;
  auto shape = parts.front().shape();
  shape.front() = 0;
  for (const auto& part : parts) {
    size += part.bytes();
    shape.front() += part.shape().front();
  }
  const auto bytes = allocate(size);
  std::byte* next = bytes.data();
  for (const auto& part : parts) {
    if (part.bytes() > 0) std::memcpy(next, part.data(), part.bytes());
    next += part.bytes();
  }
  return {parts.front().dtype(), shape, bytes.data(), bytes.memory};
}

Tensor reshaped(const Tensor& tensor, std::vector<std::int64_t> shape) {
  const Tensor result(tensor.dtype(), std::move(shape), tensor.data(), tensor.owner());
  if (result.elements() != tensor.elements()) {
    throw Error(ErrorCode::kInternal, "a reshape to another number of elements");
  }
  return result;
}

}  // namespace relprompt::model
