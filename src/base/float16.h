// IEEE 754 half precision (binary16) without compiler support for it.
#pragma once

#include <cstdint>

namespace relprompt {

/// The nearest half, ties to even; 65520 and more become infinity, NaN stays NaN.
std::uint16_t to_float16(float value) noexcept;

/// Exact.
float from_float16(std::uint16_t bits) noexcept;

}  // namespace relprompt
