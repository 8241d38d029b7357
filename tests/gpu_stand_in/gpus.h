// GPUs for tests: real ones where there are as many as a test needs, else a stand-in for two where it was
// built.
//
// The stand-in is a library that is loaded before CUDA's and NCCL's (LD_PRELOAD) and answers in their place.
// Memory is the host's, streams are threads, NCCL adds and sends over sockets. Kernels and cuBLAS compute
// nothing, so their results are the zeros of new memory. LibTorch's own code runs as on a GPU, so what it
// refuses there it refuses here: an operation between a tensor of the host and one of the device, a kind of
// number that an operation lacks. What it does not show is whether numbers are right, and how fast.
#pragma once

#include <cstdlib>
#include <map>
#include <string>

#include <torch/torch.h>

namespace relprompt::test {

/// What RELPROMPT_TEST_DEVICE names instead of a GPU, such as cpu (scripts/gpu_check.sh --cpu); else null.
inline const char* other_device() {
  return std::getenv("RELPROMPT_TEST_DEVICE");
}

/// The --device of tests that need one GPU.
inline std::string gpu_name() {
  return other_device() == nullptr ? "cuda" : other_device();
}

/// Whether this machine has as many. One GPU is enough for what one program computes alone.
inline bool gpus_are_real(int count) {
  if (other_device() != nullptr && count == 1) return true;
  static const int found = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  return found >= count;
}

/// Whether a test that needs as many can run at all.
inline bool has_gpus(int count) {
#ifdef RELPROMPT_GPU_STAND_IN
  return count <= 2 || gpus_are_real(count);
#else
  return gpus_are_real(count);
#endif
}

/// What a program's environment needs to find as many GPUs and to copy between them.
inline std::map<std::string, std::string> gpu_variables(int count) {
#ifdef RELPROMPT_GPU_STAND_IN
  if (!gpus_are_real(count)) return {{"LD_PRELOAD", RELPROMPT_GPU_STAND_IN}};
#endif
  static_cast<void>(count);
  return {};
}

/// The same for one that computes on them. LibTorch then frees memory at once, which waits for the device:
/// for ever, if an operation never ends.
inline std::map<std::string, std::string> computing_gpu_variables(int count) {
  auto variables = gpu_variables(count);
  if (variables.empty()) return variables;
  variables["PYTORCH_NO_CUDA_MEMORY_CACHING"] = "1";  // all memory is new, and so zero
  variables["DISABLE_ADDMM_CUDA_LT"] = "1";           // cuBLAS alone: cublasLt has no stand-in
  return variables;
}

}  // namespace relprompt::test

/// Skips a test that needs as many GPUs where neither they nor the stand-in are.
#define RELPROMPT_REQUIRE_GPUS(count)                                    \
  if (!relprompt::test::has_gpus(count)) {                               \
    GTEST_SKIP() << "needs " << (count) << " GPUs, and has no stand-in"; \
  }                                                                      \
  static_assert(true)
