// GPUs for tests: two real ones, or a stand-in for them where there are none.
//
// The stand-in is a library that is loaded before CUDA's and NCCL's (LD_PRELOAD) and answers in their place.
// Memory is the host's, streams are threads, NCCL adds and sends over sockets. Kernels and cuBLAS compute
// nothing, so their results are the zeros of new memory. LibTorch's own code runs as on a GPU, so what it
// refuses there it refuses here: an operation between a tensor of the host and one of the device, a kind of
// number that an operation lacks. What it does not show is whether numbers are right, and how fast.
#pragma once

#include <map>
#include <string>

#include <torch/torch.h>

namespace relprompt::test {

inline bool gpus_are_real() {
  static const bool real = torch::cuda::is_available() && torch::cuda::device_count() >= 2;
  return real;
}

/// What a program's environment needs to find two GPUs and to copy between them.
inline std::map<std::string, std::string> gpu_variables() {
  if (gpus_are_real()) return {};
  return {{"LD_PRELOAD", RELPROMPT_GPU_STAND_IN}};
}

/// The same for one that computes on them. LibTorch then frees memory at once, which waits for the device:
/// for ever, if an operation never ends.
inline std::map<std::string, std::string> computing_gpu_variables() {
  auto variables = gpu_variables();
  if (gpus_are_real()) return variables;
  variables["PYTORCH_NO_CUDA_MEMORY_CACHING"] = "1";  // all memory is new, and so zero
  variables["DISABLE_ADDMM_CUDA_LT"] = "1";           // cuBLAS alone: cublasLt has no stand-in
  return variables;
}

}  // namespace relprompt::test
