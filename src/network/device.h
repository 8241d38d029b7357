// Where LibTorch computes, with how many threads, and in which numbers.
#pragma once

#include <string>

#include <torch/torch.h>

#include "kernels/precision.h"

namespace relprompt::network {

/// The device of a name: cpu, cuda or cuda:N. Throws Error: kBadArgument for another name, kNoDevice if this
/// machine or LibTorch does not have it.
torch::Device device_of(const std::string& name);

/// The precision of a name: fp32, bf16 or int8. Throws Error(kBadArgument) for another name.
kernels::Precision precision_of(const std::string& name);

/// Sets LibTorch's threads, 0 for all cores, and returns how many those are. Throws Error(kBadArgument)
/// beyond 4096.
int set_threads(int threads);

}  // namespace relprompt::network
