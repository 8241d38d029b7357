// Without CUDA no tensor lies on a GPU, so nothing here is ever called.
#include "relprompt/error.h"

#include "network/cuda.h"

namespace relprompt::network {
namespace {

[[noreturn]] void no_cuda() {
  throw Error(ErrorCode::kInternal, "work of a GPU, by a LibTorch without CUDA");
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
