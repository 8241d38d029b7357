#include "relprompt/error.h"

#include "network/cuda.h"

namespace relprompt::network {

bool has_cuda_runtime() {
  return false;
}

namespace {

[[noreturn]] void no_cuda() {
  throw Error(ErrorCode::kInternal, "an event or a graph of a GPU, by a build without CUDA's headers");
}

}  // namespace

struct CudaEvent::Impl {};
CudaEvent::CudaEvent() {
  no_cuda();
}
CudaEvent::~CudaEvent() = default;
CudaEvent::CudaEvent(CudaEvent&&) noexcept = default;
CudaEvent& CudaEvent::operator=(CudaEvent&&) noexcept = default;
void CudaEvent::wait() const {
  no_cuda();
}

struct CudaGraph::Impl {};
CudaGraph::CudaGraph(const std::function<void()>& /*work*/, const CudaGraph* /*earlier*/) {
  no_cuda();
}
CudaGraph::~CudaGraph() = default;
void CudaGraph::replay() {
  no_cuda();
}

}  // namespace relprompt::network
