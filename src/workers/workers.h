// The processes that train one model or evaluate one data set together, as everything else sees them.
//
//   const auto workers = workers::join(processes::environment(), {});
//   workers->broadcast(parameters);                    // start from worker 0's
//   ... every step: backward; workers->all_reduce(gradients); // then every worker makes the same update
//   catch (const std::exception& error) { workers->leave(error.what()); throw; }
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "processes/environment.h"
#include "processes/process_group.h"

namespace relprompt::workers {

struct Options {
  torch::Device device{
      torch::kCPU};  ///< where this worker computes; NCCL is used for a CUDA device if there is one
  std::chrono::milliseconds join_timeout{300000};  ///< for all workers to be there
  std::chrono::milliseconds operation_timeout{
      1800000};                                        ///< for the slowest worker to reach the same operation
  std::chrono::milliseconds heartbeat_interval{2000};  ///< between two signs of life
  std::chrono::milliseconds heartbeat_timeout{20000};  ///< without any after which a worker counts as dead
};

/// The operations on tensors of a process group, with tensors of the same sizes and kinds in every process.
class Workers : public processes::ProcessGroup {
 public:
  /// Replaces every tensor by its sum over the workers, the same bits on all of them. Real and whole numbers;
  /// bfloat16 and half are added in float.
  virtual void all_reduce(std::vector<torch::Tensor>& tensors) = 0;
  /// Replaces every tensor by worker 0's.
  virtual void broadcast(std::vector<torch::Tensor>& tensors) = 0;
};

/// Becomes one of the workers and returns when all are there. A single worker needs nobody and costs nothing.
/// Throws Error(kBadArgument) if the address or port cannot be used or the workers disagree about their ranks
/// or number, Error(kLostWorker) if some do not come in time, and Error(kNoDevice) if this build of LibTorch
/// cannot run more than one worker.
std::unique_ptr<Workers> join(const processes::Environment& environment, const Options& options);

}  // namespace relprompt::workers
