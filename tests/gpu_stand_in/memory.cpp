// The stand-in's memory: the host's.
#include "memory.h"

#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>

#include <cuda_runtime_api.h>

#include "graphs.h"
#include "streams.h"

namespace relprompt::stand_in {
namespace {

constexpr std::size_t kAlignment = 512;

/// The host's memory that was allocated as pinned, by its begin: LibTorch asks whether memory is.
class Pinned {
 public:
  void add(void* begin, std::size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    sizes_[static_cast<const char*>(begin)] = size;
  }
  void remove(void* begin) {
    const std::lock_guard<std::mutex> lock(mutex_);
    sizes_.erase(static_cast<const char*>(begin));
  }
  bool holds(const void* pointer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto* const at = static_cast<const char*>(pointer);
    auto next = sizes_.upper_bound(at);
    return next != sizes_.begin() && at < std::prev(next)->first + std::prev(next)->second;
  }

 private:
  std::mutex mutex_;
  std::map<const char*, std::size_t> sizes_;
};

Pinned& pinned() {
  static auto* const all = new Pinned;  // LibTorch frees memory while the process ends
  return *all;
}

}  // namespace
}  // namespace relprompt::stand_in

using namespace relprompt::stand_in;

extern "C" {

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *free = memory() / 2;
  *total = memory();
  return cudaSuccess;
}
cudaError_t cudaMalloc(void** pointer, std::size_t size) {
  const std::size_t whole = (size + kAlignment - 1) / kAlignment * kAlignment;
  *pointer = std::aligned_alloc(kAlignment, whole);
  if (*pointer == nullptr) return cudaErrorMemoryAllocation;
  std::memset(*pointer, 0, whole);
  return cudaSuccess;
}
cudaError_t cudaFree(void* pointer) {
  if (!is_recording()) wait_for_all();
  std::free(pointer);
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** pointer, std::size_t size, unsigned) {
  const cudaError_t failure = cudaMalloc(pointer, size);
  if (failure == cudaSuccess) pinned().add(*pointer, size);
  return failure;
}
cudaError_t cudaFreeHost(void* pointer) {
  pinned().remove(pointer);
  return cudaFree(pointer);
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  *attributes = {};
  attributes->type = pinned().holds(pointer) ? cudaMemoryTypeHost : cudaMemoryTypeUnregistered;
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t size, cudaMemcpyKind,
                            cudaStream_t stream) {
  if (is_recording()) return cudaSuccess;  // one of the graph's nodes
  enqueue(stream, [=] { std::memcpy(to, from, size); });
  return cudaSuccess;
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t size, cudaMemcpyKind kind) {
  if (refuses("cudaMemcpy")) return cudaErrorStreamCaptureUnsupported;
  cudaMemcpyAsync(to, from, size, kind, nullptr);
  done_so_far(nullptr).wait();
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* at, int value, std::size_t size, cudaStream_t stream) {
  if (is_recording()) return cudaSuccess;
  enqueue(stream, [=] { std::memset(at, value, size); });
  return cudaSuccess;
}

}  // extern "C"
