// What only a LibTorch with CUDA has: a mark in a GPU's work that can be waited for, and work recorded as a
// CUDA graph. cuda.cpp is built with such a LibTorch and the headers of the CUDA toolkit, cuda_absent.cpp
// without.
#pragma once

#include <functional>
#include <memory>

#include <torch/torch.h>

namespace relprompt::network {

/// Whether there is what follows: without, copies are waited for and nothing is recorded.
bool has_cuda_runtime();

/// Everything that the present device had been asked for on its current stream when this was made.
class CudaEvent {
 public:
  CudaEvent();
  ~CudaEvent();
  CudaEvent(CudaEvent&&) noexcept;
  CudaEvent& operator=(CudaEvent&&) noexcept;

  /// Waits for it, and for nothing that was asked for later.
  void wait() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Kernels that are started by one call for what took a call each. They read and write the memory that they
/// read and wrote when they were recorded.
class CudaGraph {
 public:
  /// Calls work twice: the first time it runs, the second time its kernels are recorded and do not run. work
  /// must have run once before, and must not wait for the device. On the present device. `earlier`: a
  /// graph whose memory for intermediate results is used again, or nullptr; both must not run at once.
  /// Throws what LibTorch throws where work cannot be recorded.
  CudaGraph(const std::function<void()>& work, const CudaGraph* earlier);
  ~CudaGraph();
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  /// On the current stream.
  void replay();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace relprompt::network
