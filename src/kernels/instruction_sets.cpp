#include "kernels/instruction_sets.h"

#include <cstdlib>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "kernels/onednn.h"

namespace relprompt::kernels {

std::vector<InstructionSet> usable_instruction_sets() {
  std::vector<InstructionSet> sets = {InstructionSet::kPortable};
#ifdef RELPROMPT_X86_SIMD
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return sets;
  sets.push_back(InstructionSet::kAvx2);
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (wide) sets.push_back(InstructionSet::kAvx512);
#endif
  return sets;
}

InstructionSet instruction_set_of(const std::string& name) {
  const auto usable = usable_instruction_sets();
  if (name.empty()) return usable.back();
  const char* const names[] = {"portable", "avx2", "avx512"};
  for (const auto set : usable) {
    if (name == names[static_cast<int>(set)]) return set;
  }
  throw Error(ErrorCode::kBadArgument,
              fmt::format("RELPROMPT_ISA: '{}' is no instruction set that can run here", name),
              "possible: portable, avx2, avx512 as far as the processor has them; unset it for the best one");
}

InstructionSet chosen_instruction_set() {
  static const InstructionSet chosen = [] {
    const char* name = std::getenv("RELPROMPT_ISA");
    return instruction_set_of(name != nullptr ? name : "");
  }();
  return chosen;
}

std::string arithmetic_text() {
  return fmt::format("loops {} oneDNN {}", static_cast<int>(chosen_instruction_set()), onednn_text());
}

}  // namespace relprompt::kernels
