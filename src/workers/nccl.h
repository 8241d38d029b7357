// The operations between GPUs that never pass through the host's memory: c10d's NCCL backend.
#pragma once

#include <memory>

#include "workers/c10d.h"
#include "workers/c10d_parts.h"

#ifdef RELPROMPT_HAS_GLOO
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace relprompt::workers {

/// Group's operations of these names (c10d.h), for contiguous tensors of the plan's device: they return when
/// the result is there, and fail with exceptions of c10d's own.
class Nccl {
 public:
  virtual ~Nccl() = default;
  virtual void all_reduce(torch::Tensor tensor) = 0;
  virtual void broadcast(torch::Tensor tensor) = 0;
};

/// nullptr where NCCL cannot be used: this LibTorch has none, the plan's device is no GPU, or two workers
/// share one, which NCCL refuses. All workers of a group call it, and all of them get one or none. Blocks and
/// fails as c10d does.
std::unique_ptr<Nccl> open_nccl(const c10::intrusive_ptr<c10d::Store>& store, const GroupPlan& plan);

}  // namespace relprompt::workers
#endif
