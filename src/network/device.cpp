#include "network/device.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/bus_error.h"

namespace relprompt::network {

torch::Device device_of(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  const bool numbered = name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() < 9 &&
                        name.find_first_not_of("0123456789", 5) == std::string::npos;
  if (name != "cuda" && !numbered) {
    throw Error(ErrorCode::kBadArgument, fmt::format("device '{}': expected cpu, cuda or cuda:N", name));
  }
  const int index = numbered ? std::stoi(name.substr(5)) : 0;
  const int count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (index >= count) {
    throw Error(ErrorCode::kNoDevice,
                fmt::format("no device {}: this LibTorch finds {} CUDA devices", name, count),
                "use --device cpu, or build against a LibTorch with CUDA on a machine that has one");
  }
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

kernels::Precision precision_of(const std::string& name) {
  if (name == "fp32") return kernels::Precision::kFp32;
  if (name == "bf16") return kernels::Precision::kBf16;
  if (name == "int8") return kernels::Precision::kInt8;
  throw Error(ErrorCode::kBadArgument, fmt::format("precision '{}': expected fp32, bf16 or int8", name));
}

int set_threads(int threads) {
  if (threads < 0 || threads > 4096) {
    throw Error(ErrorCode::kBadArgument, fmt::format("{} threads: expected 0 (all cores) to 4096", threads));
  }
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int used = threads > 0 ? threads : cores;
  // Setting it starts a second pool of threads in LibTorch, which nothing here uses and which spins at first.
  if (used != torch::get_num_threads()) torch::set_num_threads(used);
  // The threads that will read mapped weights; the pool is the one that LibTorch, oneDNN and our kernels use.
  use_own_signal_stack();
#pragma omp parallel num_threads(used)
  use_own_signal_stack();
  return used;
}

}  // namespace relprompt::network
