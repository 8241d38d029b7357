// What the readers and writers know about number types beyond the public enum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "archive/tensor_archive.h"

namespace relprompt::archive {

/// Most dimensions a tensor may have; the networks here use four, PyTorch allows 64.
constexpr std::size_t kMaxRank = 32;

/// The type that safetensors calls by this name; nullopt if this project does not read it.
std::optional<DType> dtype_named(std::string_view name);

/// Bytes of a contiguous tensor; nullopt if a dimension is negative or the product overflows.
std::optional<std::uint64_t> bytes_of(const std::vector<std::int64_t>& shape, DType type);

}  // namespace relprompt::archive
