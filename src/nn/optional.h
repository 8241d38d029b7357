// An optional value as LibTorch's functions take it.
#pragma once

#include <optional>

#include <torch/torch.h>
#include <torch/version.h>

namespace relprompt::nn {

// From 2.4 on it is std::optional, and c10's name for it is to go.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
template <typename T>
using Optional = std::optional<T>;
#else
template <typename T>
using Optional = c10::optional<T>;
#endif

}  // namespace relprompt::nn
