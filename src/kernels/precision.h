// In which numbers products are computed.
#pragma once

#include <string>

namespace relprompt::kernels {

/// kBf16: both factors are rounded to bfloat16; products are exact, sums fp32. kInt8: weights in 8 bits with
/// a scale an output, activations in 8 bits with a scale a row that is found while computing; sums exact.
enum class Precision { kFp32, kBf16, kInt8 };

/// The precision of a name: fp32, bf16 or int8. Throws Error(kBadArgument) for another name.
Precision precision_of(const std::string& name);

/// Whether bfloat16 products run on the processor's own bfloat16 instructions, or as fp32 products of rounded
/// numbers, which mean the same. AVX-512's vdpbf16ps has half the rate of fp32 on Intel's processors, so
/// theirs are used only with AMX; AMD's have twice the rate. The environment variable RELPROMPT_BF16,
/// "native" or "fp32", decides instead. Looked at once. Throws Error(kBadArgument) for another word, and for
/// "native" below AVX-512.
bool native_bfloat16();

}  // namespace relprompt::kernels
