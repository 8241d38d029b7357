// Decoded samples of any kind become 8-bit RGB in one place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace relprompt::image {

/// One channel over white: alpha 0 gives white, 255 the colour itself; rounded to nearest.
constexpr std::uint8_t over_white(std::uint8_t value, std::uint8_t alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

/// The same for a value that has been multiplied by alpha already.
constexpr std::uint8_t over_white_premultiplied(std::uint8_t value, std::uint8_t alpha) {
  return static_cast<std::uint8_t>(value + 255 - alpha > 255 ? 255 : value + 255 - alpha);
}

/// RGBA pixels become RGB pixels over white in the same memory. @param premultiplied what the colours are
inline void lay_over_white(std::vector<std::uint8_t>& rgba, bool premultiplied = false) {
  const auto over = premultiplied ? over_white_premultiplied : over_white;
  const std::size_t pixels = rgba.size() / 4;
  std::uint8_t* const bytes = rgba.data();
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint8_t alpha = bytes[4 * i + 3];
    for (std::size_t c = 0; c < 3; ++c) bytes[3 * i + c] = over(bytes[4 * i + c], alpha);
  }
  rgba.resize(pixels * 3);
}

}  // namespace relprompt::image
