// Where tests of the LibTorch network compute: on the device that the variable RELPROMPT_TEST_DEVICE names,
// such as cuda:0 (scripts/gpu_check.sh sets it), else on the CPU.
#pragma once

#include <torch/torch.h>

namespace relprompt::test {

/// Throws Error as network::device_of does for a name that is no device of this machine.
torch::Device test_device();

/// The bound for numbers whose bound on the CPU is `on_cpu`: on another device at least 1e-4, or what
/// RELPROMPT_TEST_TOLERANCE says, since products there may be rounded (TF32).
double rounding(double on_cpu);

}  // namespace relprompt::test
