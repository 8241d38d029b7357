// The stand-in's kernels and matrix products: they compute nothing, so that results keep the zeros of new
// memory.
#include <cuda.h>
#include <cuda_runtime_api.h>

#include "graphs.h"

/// One of cuBLAS's functions. Its arguments are left unread, so none are declared.
#define RELPROMPT_NOTHING(function) \
  int function() {                  \
    return 0;                       \
  }

/// The stream of a launch <<<...>>> between the two calls that it becomes.
static thread_local cudaStream_t launched_on = nullptr;

extern "C" {

cudaError_t __cudaPushCallConfiguration(dim3, dim3, std::size_t, cudaStream_t stream) {
  launched_on = stream;
  return cudaSuccess;
}
cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, std::size_t* shared, void* stream) {
  *grid = *block = dim3{1, 1, 1};
  *shared = 0;
  *static_cast<cudaStream_t*>(stream) = launched_on;
  return cudaSuccess;
}
cudaError_t cudaLaunchKernel(const void*, dim3, dim3, void**, std::size_t, cudaStream_t stream) {
  return relprompt::stand_in::refuses_beside(stream) ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
  *attributes = {};
  attributes->maxThreadsPerBlock = 1024;
  attributes->numRegs = 32;
  attributes->binaryVersion = attributes->ptxVersion = 80;
  return cudaSuccess;
}
cudaError_t cudaFuncSetAttribute(const void*, cudaFuncAttribute, int) {
  return cudaSuccess;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void*, int, std::size_t) {
  *blocks = 1;
  return cudaSuccess;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, const void*, int, std::size_t,
                                                                   unsigned) {
  *blocks = 1;
  return cudaSuccess;
}

// The same for kernels that LibTorch compiles when they are first used

CUresult cuModuleLoadData(CUmodule*, const void*) {
  return CUDA_SUCCESS;
}
CUresult cuModuleGetFunction(CUfunction*, CUmodule, const char*) {
  return CUDA_SUCCESS;
}
CUresult cuLaunchKernel(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                        CUstream, void**, void**) {
  return CUDA_SUCCESS;
}

// cuBLAS

RELPROMPT_NOTHING(cublasCreate_v2)
RELPROMPT_NOTHING(cublasDestroy_v2)
RELPROMPT_NOTHING(cublasSetStream_v2)
RELPROMPT_NOTHING(cublasSetWorkspace_v2)
RELPROMPT_NOTHING(cublasSetMathMode)
RELPROMPT_NOTHING(cublasGetMathMode)
RELPROMPT_NOTHING(cublasSetPointerMode_v2)
RELPROMPT_NOTHING(cublasGetPointerMode_v2)
RELPROMPT_NOTHING(cublasSdot_v2)
RELPROMPT_NOTHING(cublasSgemv_v2)
RELPROMPT_NOTHING(cublasSgemm_v2)
RELPROMPT_NOTHING(cublasGemmEx)
RELPROMPT_NOTHING(cublasSgemmStridedBatched)
RELPROMPT_NOTHING(cublasGemmStridedBatchedEx)

}  // extern "C"
