// The stand-in's CUDA graphs. Kernels compute nothing here, so a graph has nothing to run.
#include "graphs.h"

#include <cstdio>
#include <cstdlib>

#include <cuda_runtime_api.h>

namespace relprompt::stand_in {
namespace {

thread_local cudaStream_t recorded = nullptr;
thread_local bool broken = false;  ///< by a call that was refused
unsigned long long recordings = 0;

void say(const char* what, const char* call) {
  const char* const path = std::getenv("RELPROMPT_STAND_IN_GRAPHS");
  if (path == nullptr) return;
  if (std::FILE* file = std::fopen(path, "a")) {
    std::fprintf(file, "%s %s\n", what, call);
    std::fclose(file);
  }
}

cudaStreamCaptureStatus status_of(cudaStream_t stream) {
  if (recorded == nullptr || stream != recorded) return cudaStreamCaptureStatusNone;
  return broken ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive;
}

}  // namespace

bool is_recording() {
  return recorded != nullptr;
}

bool refuses(const char* call) {
  if (recorded == nullptr) return false;
  if (!broken) say("refused", call);
  broken = true;
  return true;
}

bool refuses_beside(void* stream) {
  return recorded != nullptr && stream != recorded && refuses("cudaLaunchKernel on another stream");
}

}  // namespace relprompt::stand_in

using namespace relprompt::stand_in;

extern "C" {

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  if (stream == nullptr || recorded != nullptr) return cudaErrorStreamCaptureUnsupported;
  recorded = stream;
  broken = false;
  ++recordings;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  if (stream != recorded) return cudaErrorIllegalState;
  recorded = nullptr;
  *graph = broken ? nullptr : reinterpret_cast<cudaGraph_t>(new char);
  return broken ? cudaErrorStreamCaptureInvalidated : cudaSuccess;
}
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  *status = status_of(stream);
  return cudaSuccess;
}
cudaError_t cudaStreamGetCaptureInfo_v2(cudaStream_t stream, cudaStreamCaptureStatus* status,
                                        unsigned long long* id, cudaGraph_t*, const cudaGraphNode_t**,
                                        std::size_t*) {
  *status = status_of(stream);
  if (id != nullptr) *id = recordings;
  return cudaSuccess;
}
cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode*) {
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t, unsigned long long) {
  *executable = reinterpret_cast<cudaGraphExec_t>(new char);
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* executable, cudaGraph_t graph,
                                          unsigned long long flags) {
  return cudaGraphInstantiate(executable, graph, flags);
}
cudaError_t cudaGraphGetNodes(cudaGraph_t, cudaGraphNode_t*, std::size_t* count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t) {
  say("launched", "graph");
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete reinterpret_cast<char*>(graph);
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete reinterpret_cast<char*>(executable);
  return cudaSuccess;
}

}  // extern "C"
