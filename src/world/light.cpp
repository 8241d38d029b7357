#include "world/light.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "world/circle.h"

namespace relprompt::world {

Light random_light(Draw& draw) {
  Light light;
  light.from = draw.below(kTurn);
  light.slope = draw.between(0, 18);
  light.gain = draw.between(86, 112);
  for (int& percent : light.tint) percent = draw.between(-3, 3);
  return light;
}

void expose(const Light& light, int noise, Image& image, Draw& draw) {
  constexpr int kUnit = 1 << 16;  // brightness 1
  const int half = std::max(1, image.width / 2);
  const auto slope_along = [&](int part) {
    return static_cast<int>(std::int64_t{kUnit} * light.slope * part / (100 * std::int64_t{kOne} * half));
  };
  const int slope_x = slope_along(cosine(light.from)), slope_y = slope_along(sine(light.from));
  std::uint8_t* value = image.rgb.data();
  for (int y = 0; y < image.height; ++y) {
    int brightness = kUnit * light.gain / 100 + (y - half) * slope_y - half * slope_x;
    for (int x = 0; x < image.width; ++x, brightness += slope_x) {
      std::uint64_t bits = draw.bits();
      for (const int tint : light.tint) {
        // Two throws: small changes are likelier than large ones.
        const int grain = (static_cast<int>(bits & 255) + static_cast<int>(bits >> 8 & 255) - 255) * noise;
        bits >>= 16;
        const int lit = *value * (brightness + brightness / 100 * tint) >> 16;
        *value++ = static_cast<std::uint8_t>(std::clamp(lit + grain / 255, 0, 255));
      }
    }
  }
}

}  // namespace relprompt::world
