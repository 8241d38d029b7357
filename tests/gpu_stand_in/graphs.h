// Whether the calling thread records a CUDA graph, in which nothing may wait for the device.
#pragma once

namespace relprompt::stand_in {

bool is_recording();

/// True while a graph is recorded: CUDA refuses the call then. What each recording was refused first, and how
/// often graphs were launched, is said in the file that RELPROMPT_STAND_IN_GRAPHS names, one line each.
bool refuses(const char* call);

/// The same for a kernel on another stream than the graph's, which would not be recorded: one of another
/// device.
bool refuses_beside(void* stream);

}  // namespace relprompt::stand_in
