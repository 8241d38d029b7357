#include "base/float16.h"

#include <cstring>

namespace relprompt {

std::uint16_t to_float16(float value) noexcept {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
  bits &= 0x7FFFFFFF;
  if (bits > 0x7F800000) return sign | 0x7E00;   // NaN
  if (bits >= 0x477FF000) return sign | 0x7C00;  // 65520 and more round to infinity
  if (bits >= 0x38800000) {
    // Normal: the exponent's bias changes by 112; adding just under half of the last kept bit, plus that bit,
    // rounds ties to even and carries into the exponent by itself.
    const std::uint32_t rebiased = bits - (112u << 23);
    return static_cast<std::uint16_t>(sign | (rebiased + 0xFFF + (rebiased >> 13 & 1)) >> 13);
  }
  if (bits <= 0x33000000) return sign;  // 2^-25 and less round to zero
  // Subnormal: a multiple of 2^-24.
  const std::uint32_t shift = 126 - (bits >> 23);
  const std::uint32_t mantissa = (bits & 0x7FFFFF) | 0x800000;
  const std::uint32_t kept = mantissa >> shift;
  const std::uint32_t rest = mantissa & ((1u << shift) - 1);
  const std::uint32_t tie = 1u << (shift - 1);
  return static_cast<std::uint16_t>(sign | (kept + (rest > tie || (rest == tie && (kept & 1) != 0) ? 1 : 0)));
}

float from_float16(std::uint16_t bits) noexcept {
  const std::uint32_t sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 0x1F, mantissa = bits & 0x3FF;
  std::uint32_t wide = 0;
  if (exponent == 0x1F) {
    wide = 0x7F800000 | mantissa << 13;  // infinity or NaN
  } else if (exponent != 0) {
    wide = (exponent + 112) << 23 | mantissa << 13;  // the exponent's bias changes by 112
  } else {
    const float value = static_cast<float>(mantissa) * 0x1p-24f;  // subnormal, or zero
    std::memcpy(&wide, &value, sizeof wide);
  }
  wide |= sign;
  float value = 0;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

}  // namespace relprompt
