#include "kernels/precision.h"

#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "kernels/onednn.h"

namespace relprompt::kernels {
namespace {

/// Whether oneDNN has bfloat16 products for this processor: from AVX-512 on, there still in fp32 steps.
bool native_exists() {
  return onednn_uses(dnnl::cpu_isa::avx512_core);
}

bool native_pays() {
  if (onednn_uses(dnnl::cpu_isa::avx512_core_amx)) return true;
#if defined(__x86_64__)
  return onednn_uses(dnnl::cpu_isa::avx512_core_bf16) && __builtin_cpu_is("amd");
#else
  return false;
#endif
}

}  // namespace

Precision precision_of(const std::string& name) {
  if (name == "fp32") return Precision::kFp32;
  if (name == "bf16") return Precision::kBf16;
  if (name == "int8") return Precision::kInt8;
  throw Error(ErrorCode::kBadArgument, fmt::format("precision '{}': expected fp32, bf16 or int8", name));
}

bool native_bfloat16() {
  static const bool native = [] {
    const char* wish = std::getenv("RELPROMPT_BF16");
    const std::string word = wish != nullptr ? wish : "";
    if (word.empty()) return native_pays();
    if (word == "fp32") return false;
    if (word == "native" && native_exists()) return true;
    if (word == "native") {
      throw Error(ErrorCode::kBadArgument, "RELPROMPT_BF16: this processor has no native bfloat16 products",
                  "they need AVX-512; unset it, or use fp32, which means the same");
    }
    throw Error(ErrorCode::kBadArgument, fmt::format("RELPROMPT_BF16: '{}' is unknown", word),
                "possible: native, fp32; unset it for the faster one");
  }();
  return native;
}

}  // namespace relprompt::kernels
