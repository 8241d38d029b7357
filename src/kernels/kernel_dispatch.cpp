// The choice among the compiled copies of the files of loops.
#include "kernels/align_simd.h"
#include "kernels/attention_simd.h"
#include "kernels/instruction_sets.h"
#include "kernels/label_simd.h"
#include "kernels/pamr_simd.h"
#include "kernels/simd_kernels.h"

namespace relprompt::kernels {

// Their names come from CMakeLists.txt. NOLINTBEGIN(readability-identifier-naming)
extern const SimdKernels portable_simd_kernels;
extern const LabelSimd portable_label_simd;
extern const AlignSimd portable_align_simd;
extern const AttentionSimd portable_attention_simd;
extern const PamrSimd portable_pamr_simd;
#ifdef RELPROMPT_X86_SIMD
extern const SimdKernels avx2_simd_kernels, avx512_simd_kernels;
extern const LabelSimd avx2_label_simd, avx512_label_simd;
extern const AlignSimd avx2_align_simd, avx512_align_simd;
extern const AttentionSimd avx2_attention_simd, avx512_attention_simd;
extern const PamrSimd avx2_pamr_simd, avx512_pamr_simd;
#endif
// NOLINTEND(readability-identifier-naming)

const SimdKernels& simd_kernels_of(InstructionSet set) {
#ifdef RELPROMPT_X86_SIMD
  if (set == InstructionSet::kAvx512) return avx512_simd_kernels;
  if (set == InstructionSet::kAvx2) return avx2_simd_kernels;
#endif
  static_cast<void>(set);
  return portable_simd_kernels;
}

const SimdKernels& simd_kernels() {
  static const SimdKernels& chosen = simd_kernels_of(chosen_instruction_set());
  return chosen;
}

const LabelSimd& label_simd_of(InstructionSet set) {
#ifdef RELPROMPT_X86_SIMD
  if (set == InstructionSet::kAvx512) return avx512_label_simd;
  if (set == InstructionSet::kAvx2) return avx2_label_simd;
#endif
  static_cast<void>(set);
  return portable_label_simd;
}

const LabelSimd& label_simd() {
  static const LabelSimd& chosen = label_simd_of(chosen_instruction_set());
  return chosen;
}

const AlignSimd& align_simd_of(InstructionSet set) {
#ifdef RELPROMPT_X86_SIMD
  if (set == InstructionSet::kAvx512) return avx512_align_simd;
  if (set == InstructionSet::kAvx2) return avx2_align_simd;
#endif
  static_cast<void>(set);
  return portable_align_simd;
}

const AlignSimd& align_simd() {
  static const AlignSimd& chosen = align_simd_of(chosen_instruction_set());
  return chosen;
}

const AttentionSimd& attention_simd_of(InstructionSet set) {
#ifdef RELPROMPT_X86_SIMD
  if (set == InstructionSet::kAvx512) return avx512_attention_simd;
  if (set == InstructionSet::kAvx2) return avx2_attention_simd;
#endif
  static_cast<void>(set);
  return portable_attention_simd;
}

const AttentionSimd& attention_simd() {
  static const AttentionSimd& chosen = attention_simd_of(chosen_instruction_set());
  return chosen;
}

const PamrSimd& pamr_simd_of(InstructionSet set) {
#ifdef RELPROMPT_X86_SIMD
  if (set == InstructionSet::kAvx512) return avx512_pamr_simd;
  if (set == InstructionSet::kAvx2) return avx2_pamr_simd;
#endif
  static_cast<void>(set);
  return portable_pamr_simd;
}

const PamrSimd& pamr_simd() {
  static const PamrSimd& chosen = pamr_simd_of(chosen_instruction_set());
  return chosen;
}

}  // namespace relprompt::kernels
