// AdamW's update of many parameters in few kernels.
#pragma once

#include <torch/torch.h>
#include <torch/version.h>

namespace relprompt::train {

/// optimizer.step(). On a GPU, and with LibTorch 2, the parameters of a group are updated by one call, where
/// step() starts a dozen kernels for each. The numbers are the same up to rounding, and so is what the
/// optimizer keeps.
void adamw_step(torch::optim::AdamW& optimizer);

#if TORCH_VERSION_MAJOR >= 2
/// The same by that one call, on any device for which LibTorch has it (the CPU from 2.4 on).
void fused_adamw_step(torch::optim::AdamW& optimizer);
#endif

}  // namespace relprompt::train
