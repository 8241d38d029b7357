#include "network/cuda.h"

#include <map>

#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>

namespace relprompt::network {

bool has_cuda_runtime() {
  return true;
}

struct CudaEvent::Impl {
  at::cuda::CUDAEvent event;
};

CudaEvent::CudaEvent() : impl_(std::make_unique<Impl>()) {
  impl_->event.record();
}
CudaEvent::~CudaEvent() = default;
CudaEvent::CudaEvent(CudaEvent&&) noexcept = default;
CudaEvent& CudaEvent::operator=(CudaEvent&&) noexcept = default;

void CudaEvent::wait() const {
  impl_->event.synchronize();
}

namespace {

/// One for all recordings of a thread on the present device: cuBLAS keeps a workspace for each stream.
c10::cuda::CUDAStream recording_stream() {
  thread_local std::map<c10::DeviceIndex, c10::cuda::CUDAStream> streams;
  const auto device = c10::cuda::current_device();
  const auto known = streams.find(device);
  if (known != streams.end()) return known->second;
  return streams.emplace(device, c10::cuda::getStreamFromPool()).first->second;
}

}  // namespace

struct CudaGraph::Impl {
  at::cuda::CUDAGraph graph;
};

CudaGraph::CudaGraph(const std::function<void()>& work, const CudaGraph* earlier)
    : impl_(std::make_unique<Impl>()) {
  auto& graph = impl_->graph;
  torch::cuda::synchronize();
  {
    const c10::cuda::CUDAStreamGuard guard(recording_stream());
    work();
    torch::cuda::synchronize();
    // Other threads may allocate and copy meanwhile.
    constexpr auto kMode = cudaStreamCaptureModeThreadLocal;
    graph.capture_begin(earlier == nullptr ? at::cuda::graph_pool_handle() : earlier->impl_->graph.pool(),
                        kMode);
    try {
      work();
    } catch (...) {
      try {
        graph.capture_end();  // the stream stops recording; that it complains is no news
      } catch (const c10::Error&) {
      }
      throw;
    }
    graph.capture_end();
  }
}

CudaGraph::~CudaGraph() = default;

void CudaGraph::replay() {
  impl_->graph.replay();
}

}  // namespace relprompt::network
