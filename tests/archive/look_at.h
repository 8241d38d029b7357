// Looking at tensors in tests.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "archive/tensor_archive.h"

namespace relprompt::test {

inline std::vector<std::string> names_of(const archive::TensorArchive& archive) {
  std::vector<std::string> names;
  for (const archive::TensorView& tensor : archive.tensors()) names.push_back(tensor.name);
  return names;
}

template <class Number>
std::vector<Number> values_of(const archive::TensorView& tensor) {
  std::vector<Number> values(tensor.bytes / sizeof(Number));
  if (tensor.bytes > 0) std::memcpy(values.data(), tensor.data, tensor.bytes);
  return values;
}

inline const std::byte* as_bytes(const std::string& text) {
  return reinterpret_cast<const std::byte*>(text.data());
}

}  // namespace relprompt::test
