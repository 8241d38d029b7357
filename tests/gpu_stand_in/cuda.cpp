// CUDA's runtime, as far as LibTorch calls it here. The parameters' names and meanings are CUDA's.
#include <cstdio>
#include <cstring>
#include <mutex>

#include <cuda.h>
#include <cuda_runtime_api.h>

#include "graphs.h"
#include "memory.h"
#include "streams.h"

namespace relprompt::stand_in {
namespace {

constexpr int kDevices = 2;
constexpr int kWarp = 32, kThreads = 1024, kMultiprocessors = 16, kSharedMemory = 163 << 10;

thread_local int current_device = 0;

/// What had been asked of the stream when the event was recorded.
struct Event {
  std::mutex mutex;
  Happened happened;
};

Event& event_of(cudaEvent_t handle) {
  return *reinterpret_cast<Event*>(handle);
}

Happened recorded(cudaEvent_t handle) {
  Event& event = event_of(handle);
  const std::lock_guard<std::mutex> lock(event.mutex);
  return event.happened;
}

cudaError_t state_of(const Happened& happened) {
  return is_ready(happened) ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t wait_for(const Happened& happened) {
  if (happened.valid()) happened.wait();
  return cudaSuccess;
}

/// Success, with a result.
template <class Value>
cudaError_t give(Value* to, Value value) {
  *to = value;
  return cudaSuccess;
}

}  // namespace
}  // namespace relprompt::stand_in

using namespace relprompt::stand_in;

extern "C" {

// Devices

cudaError_t cudaGetDeviceCount(int* count) {
  return give(count, kDevices);
}
cudaError_t cudaGetDevice(int* device) {
  return give(device, current_device);
}
cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= kDevices) return cudaErrorInvalidDevice;
  return give(&current_device, device);
}
cudaError_t cudaGetDeviceProperties_v2(cudaDeviceProp* prop, int device) {
  std::memset(prop, 0, sizeof *prop);
  std::strcpy(prop->name, "stand-in");
  prop->major = 8;
  prop->multiProcessorCount = kMultiprocessors;
  prop->warpSize = kWarp;
  prop->maxThreadsPerBlock = kThreads;
  prop->maxThreadsPerMultiProcessor = 2 * kThreads;
  prop->maxBlocksPerMultiProcessor = 32;
  prop->maxThreadsDim[0] = prop->maxThreadsDim[1] = prop->maxThreadsDim[2] = 64;
  prop->maxGridSize[0] = 2147483647;
  prop->maxGridSize[1] = prop->maxGridSize[2] = 65535;
  prop->sharedMemPerBlock = prop->sharedMemPerBlockOptin = prop->sharedMemPerMultiprocessor = kSharedMemory;
  prop->regsPerBlock = prop->regsPerMultiprocessor = 65536;
  prop->totalGlobalMem = memory();
  prop->pciBusID = device + 1;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetPCIBusId(char* pciBusId, int len, int device) {
  std::snprintf(pciBusId, static_cast<std::size_t>(len), "0000:%02x:00.0", device + 1);
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attr, int) {
  switch (attr) {
    case cudaDevAttrMaxThreadsPerBlock:
      return give(value, kThreads);
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      return give(value, 2 * kThreads);
    case cudaDevAttrWarpSize:
      return give(value, kWarp);
    case cudaDevAttrMultiProcessorCount:
      return give(value, kMultiprocessors);
    default:
      return give(value, 0);
  }
}
cudaError_t cudaDeviceCanAccessPeer(int* can, int, int) {
  return give(can, 0);
}
cudaError_t cudaDeviceSynchronize() {
  if (refuses("cudaDeviceSynchronize")) return cudaErrorStreamCaptureUnsupported;
  wait_for_all();
  return cudaSuccess;
}
CUresult cuDevicePrimaryCtxGetState(CUdevice, unsigned* flags, int* active) {
  *flags = 0;
  *active = 1;
  return CUDA_SUCCESS;
}
CUresult cuCtxGetCurrent(CUcontext* context) {
  *context = reinterpret_cast<CUcontext>(&current_device);
  return CUDA_SUCCESS;
}

// Versions and errors

cudaError_t cudaRuntimeGetVersion(int* version) {
  return give(version, CUDART_VERSION);
}
cudaError_t cudaDriverGetVersion(int* version) {
  return give(version, CUDART_VERSION);
}
cudaError_t cudaGetLastError() {
  return cudaSuccess;
}
cudaError_t cudaPeekAtLastError() {
  return cudaSuccess;
}

// Streams

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  return give(greatest, -1);
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int) {
  return give(stream, reinterpret_cast<cudaStream_t>(new char));
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (refuses("cudaStreamSynchronize")) return cudaErrorStreamCaptureUnsupported;
  return wait_for(done_so_far(stream));
}
cudaError_t cudaStreamQuery(cudaStream_t stream) {
  return state_of(done_so_far(stream));
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const Happened happened = recorded(event);
  if (happened.valid()) enqueue(stream, [happened] { happened.wait(); });
  return cudaSuccess;
}

// Events

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return give(event, reinterpret_cast<cudaEvent_t>(new Event));
}
cudaError_t cudaEventDestroy(cudaEvent_t) {
  return cudaSuccess;  // kept: another thread may be looking at it, which CUDA allows
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const Happened happened = done_so_far(stream);
  const std::lock_guard<std::mutex> lock(event_of(event).mutex);
  event_of(event).happened = happened;
  return cudaSuccess;
}
cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned) {
  return cudaEventRecord(event, stream);
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  return state_of(recorded(event));
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (refuses("cudaEventSynchronize")) return cudaErrorStreamCaptureUnsupported;
  return wait_for(recorded(event));
}
cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t, cudaEvent_t) {
  return give(ms, 0.0f);
}

}  // extern "C"
