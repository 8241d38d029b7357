// Whether the calling thread records a CUDA graph, in which nothing may wait for the device.
#pragma once

namespace relprompt::stand_in {

bool is_recording();

/// True while a graph is recorded: CUDA refuses the call then. What was refused, and how often graphs were
/// launched, is said in the file that RELPROMPT_STAND_IN_GRAPHS names, one line each.
bool refuses(const char* call);

}  // namespace relprompt::stand_in
