// What the speed of this program depends on: processor, instruction sets, compiler, libraries.
#pragma once

#include "relprompt/benchmark.h"

namespace relprompt::measure {

/// Facts about this build and the machine it runs on.
MachineFacts machine_facts();

/// Largest resident memory of this process so far, bytes; 0 if the system does not say.
double peak_memory();

}  // namespace relprompt::measure
