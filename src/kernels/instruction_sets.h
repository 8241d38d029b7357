// The instruction sets that our own loops are compiled for, and which of them a run uses.
#pragma once

#include <string>
#include <vector>

namespace relprompt::kernels {

/// kAvx2 means x86-64-v3 (AVX2, FMA), kAvx512 means x86-64-v4 (F, BW, DQ, VL).
enum class InstructionSet { kPortable, kAvx2, kAvx512 };

/// What this processor and this build can run, slowest first; kPortable always.
std::vector<InstructionSet> usable_instruction_sets();

/// The set named "portable", "avx2" or "avx512"; the best usable one for an empty name. Throws
/// Error(kBadArgument) for another name and for one that cannot run here.
InstructionSet instruction_set_of(const std::string& name);

/// What every kernel uses: instruction_set_of the environment variable RELPROMPT_ISA, looked at once. The
/// library's own choice has a variable of its own, ONEDNN_MAX_CPU_ISA.
InstructionSet chosen_instruction_set();

/// What decides the last bits of our arithmetic besides its factors: the set above, and oneDNN's version and
/// its own choice. For the keys of whatever is kept on disk.
std::string arithmetic_text();

}  // namespace relprompt::kernels
