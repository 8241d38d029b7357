// What every archive fuzzer does with a file that was accepted: touch all bytes it promises, so that the
// sanitizers see a view that leads outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "archive/dtype.h"
#include "archive/tensor_archive.h"

namespace relprompt::fuzz {

inline void read_everything(const archive::TensorArchive& opened) {
  const archive::TensorView* previous = nullptr;
  for (const archive::TensorView& tensor : opened.tensors()) {
    const volatile std::byte* bytes = tensor.data;  // volatile keeps the reads
    for (std::uint64_t i = 0; i < tensor.bytes; ++i) static_cast<void>(bytes[i]);
    const bool honest = archive::bytes_of(tensor.shape, tensor.dtype) == tensor.bytes;
    const bool sorted = previous == nullptr || previous->name < tensor.name;
    if (!honest || !sorted || opened.find(tensor.name) != &tensor) std::abort();
    previous = &tensor;
  }
}

}  // namespace relprompt::fuzz
