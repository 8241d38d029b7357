// The choice among the compiled copies of the files of loops.
#include "kernels/align_loops.h"
#include "kernels/attention_loops.h"
#include "kernels/instruction_sets.h"
#include "kernels/label_loops.h"
#include "kernels/loops.h"

namespace relprompt::kernels {

// Their names come from CMakeLists.txt. NOLINTBEGIN(readability-identifier-naming)
extern const Loops portable_loops;
extern const LabelLoops portable_label_loops;
extern const AlignLoops portable_align_loops;
extern const AttentionLoops portable_attention_loops;
#ifdef RELPROMPT_X86_LOOPS
extern const Loops avx2_loops, avx512_loops;
extern const LabelLoops avx2_label_loops, avx512_label_loops;
extern const AlignLoops avx2_align_loops, avx512_align_loops;
extern const AttentionLoops avx2_attention_loops, avx512_attention_loops;
#endif
// NOLINTEND(readability-identifier-naming)

const Loops& loops_of(InstructionSet set) {
#ifdef RELPROMPT_X86_LOOPS
  if (set == InstructionSet::kAvx512) return avx512_loops;
  if (set == InstructionSet::kAvx2) return avx2_loops;
#endif
  static_cast<void>(set);
  return portable_loops;
}

const Loops& loops() {
  static const Loops& chosen = loops_of(chosen_instruction_set());
  return chosen;
}

const LabelLoops& label_loops_of(InstructionSet set) {
#ifdef RELPROMPT_X86_LOOPS
  if (set == InstructionSet::kAvx512) return avx512_label_loops;
  if (set == InstructionSet::kAvx2) return avx2_label_loops;
#endif
  static_cast<void>(set);
  return portable_label_loops;
}

const LabelLoops& label_loops() {
  static const LabelLoops& chosen = label_loops_of(chosen_instruction_set());
  return chosen;
}

const AlignLoops& align_loops_of(InstructionSet set) {
#ifdef RELPROMPT_X86_LOOPS
  if (set == InstructionSet::kAvx512) return avx512_align_loops;
  if (set == InstructionSet::kAvx2) return avx2_align_loops;
#endif
  static_cast<void>(set);
  return portable_align_loops;
}

const AlignLoops& align_loops() {
  static const AlignLoops& chosen = align_loops_of(chosen_instruction_set());
  return chosen;
}

const AttentionLoops& attention_loops_of(InstructionSet set) {
#ifdef RELPROMPT_X86_LOOPS
  if (set == InstructionSet::kAvx512) return avx512_attention_loops;
  if (set == InstructionSet::kAvx2) return avx2_attention_loops;
#endif
  static_cast<void>(set);
  return portable_attention_loops;
}

const AttentionLoops& attention_loops() {
  static const AttentionLoops& chosen = attention_loops_of(chosen_instruction_set());
  return chosen;
}

}  // namespace relprompt::kernels
