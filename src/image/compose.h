// Decoded samples of any kind become 8-bit RGB in one place.
#pragma once

#include <cstdint>

namespace relprompt::image {

/// One channel over white: alpha 0 gives white, 255 the colour itself; rounded to nearest.
constexpr std::uint8_t over_white(std::uint8_t value, std::uint8_t alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

/// The same for a value that has been multiplied by alpha already.
constexpr std::uint8_t over_white_premultiplied(std::uint8_t value, std::uint8_t alpha) {
  return static_cast<std::uint8_t>(value + 255 - alpha > 255 ? 255 : value + 255 - alpha);
}

/// The upper 8 bits of a sample.
constexpr std::uint8_t upper_bits(std::uint8_t sample) {
  return sample;
}
constexpr std::uint8_t upper_bits(std::uint16_t sample) {
  return static_cast<std::uint8_t>(sample >> 8);
}

}  // namespace relprompt::image
