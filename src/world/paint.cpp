#include "world/paint.h"

#include <algorithm>
#include <cstddef>

#include "world/circle.h"

namespace relprompt::world {
namespace {

/// Which second colours keep pattern and colour name clear: white is lost on yellow, black on blue.
enum class Accent { kLight, kDark, kEither };

struct Dye {
  Rgb color;
  Accent accent;
};

constexpr std::array<Dye, kColors> kDyes = {{
    {{214, 30, 36}, Accent::kEither},   // red
    {{244, 132, 16}, Accent::kEither},  // orange
    {{250, 222, 30}, Accent::kDark},    // yellow
    {{34, 172, 52}, Accent::kEither},   // green
    {{26, 206, 214}, Accent::kDark},    // cyan
    {{36, 62, 222}, Accent::kLight},    // blue
    {{132, 44, 196}, Accent::kLight},   // purple
    {{250, 92, 178}, Accent::kEither},  // pink
}};

constexpr int kJitter = 12;

std::uint8_t channel(int value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

Rgb jittered(const Rgb& color, Draw& draw) {
  Rgb result{};
  for (std::size_t c = 0; c < 3; ++c) result[c] = channel(color[c] + draw.between(-kJitter, kJitter));
  return result;
}

Rgb accent_of(const Dye& dye, const Rgb& base, Draw& draw) {
  const bool light = dye.accent == Accent::kLight || (dye.accent == Accent::kEither && draw.chance(50));
  const int strength = draw.between(78, 94);  // percent of the way to white or black
  Rgb result{};
  for (std::size_t c = 0; c < 3; ++c)
    result[c] = channel(base[c] + ((light ? 255 : 0) - base[c]) * strength / 100);
  return result;
}

std::uint32_t share(int percent) {
  return static_cast<std::uint32_t>((std::uint64_t{1} << 32) * static_cast<std::uint64_t>(percent) / 100);
}

}  // namespace

Rgb typical_color(int color) {
  return kDyes[static_cast<std::size_t>(color)].color;
}

Paint::Paint(int color, Pattern pattern, Draw& draw) : pattern_(pattern) {
  const Dye& dye = kDyes[static_cast<std::size_t>(color)];
  base_ = jittered(dye.color, draw);
  accent_ = accent_of(dye, base_, draw);
  const int period = draw.between(650, 850);  // in 1 / 100 pixel: a pattern shows itself in 8 pixels
  step_ = static_cast<std::uint32_t>((std::uint64_t{100} << 32) / static_cast<std::uint64_t>(period));
  const bool slanted =
      pattern == Pattern::kRising || pattern == Pattern::kFalling || pattern == Pattern::kNetted;
  // Slanted stripes count x + y or x - y, which grow by the root of two over a pixel across them.
  if (slanted) step_ = static_cast<std::uint32_t>(std::uint64_t{step_} * 46341 >> 16);
  phase_x_ = static_cast<std::uint32_t>(draw.bits());
  phase_y_ = static_cast<std::uint32_t>(draw.bits());
}

/// Unsigned numbers wrap around once a period, so their value is the place within it.
bool Paint::is_accent(std::uint32_t across, std::uint32_t down) const {
  static const std::uint32_t stripe = share(42), thread = share(24);
  switch (pattern_) {
    case Pattern::kPlain:
      return false;
    case Pattern::kLevel:
      return down < stripe;
    case Pattern::kUpright:
      return across < stripe;
    case Pattern::kRising:
      return across + down < stripe;
    case Pattern::kFalling:
      return across - down < stripe;
    case Pattern::kChecked:
      return ((across ^ down) >> 31) != 0;
    case Pattern::kNetted:
      return across + down < thread || across - down < thread;
    case Pattern::kDotted:
      break;
  }
  const auto dx = static_cast<std::int64_t>(static_cast<std::int32_t>(across)) >> 16;
  const auto dy = static_cast<std::int64_t>(static_cast<std::int32_t>(down)) >> 16;
  constexpr std::int64_t kDot = 65536 * 32 / 100;  // radius in 2^-16 periods
  return dx * dx + dy * dy < kDot * kDot;
}

void Paint::fill(const std::vector<Span>& spans, int x, int y, int radius, int light_x, int light_y,
                 Image& image) const {
  constexpr int kShade = 22;  // of 256 at the radius: a hint of roundness
  for (const Span& span : spans) {
    const std::uint32_t down = phase_y_ + static_cast<std::uint32_t>(span.y) * step_;
    std::uint32_t across = phase_x_ + static_cast<std::uint32_t>(span.left) * step_;
    std::uint8_t* pixel = &image.rgb[3 * static_cast<std::size_t>(span.y * image.width + span.left)];
    const int step = light_x * kShade / radius;
    int shade = (256 << 14) + (span.left - x) * step + (span.y - y) * light_y * kShade / radius;
    for (int at = span.left; at < span.right; ++at, across += step_, pixel += 3, shade += step) {
      const Rgb& color = is_accent(across, down) ? accent_ : base_;
      for (std::size_t c = 0; c < 3; ++c) pixel[c] = channel(color[c] * (shade >> 6) >> 16);
    }
  }
}

void Paint::fill_rim(const std::vector<Span>& spans, Image& image) const {
  for (const Span& span : spans) {
    std::uint8_t* pixel = &image.rgb[3 * static_cast<std::size_t>(span.y * image.width + span.left)];
    for (int at = span.left; at < span.right; ++at, pixel += 3)
      for (std::size_t c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>(base_[c] * 150 >> 8);
  }
}

void cast_shadow(const std::vector<Span>& spans, int dx, int dy, Image& image) {
  for (const Span& span : spans) {
    const int y = span.y + dy;
    if (y < 0 || y >= image.height) continue;
    const int left = std::max(0, span.left + dx), right = std::min(image.width, span.right + dx);
    for (int x = left; x < right; ++x) {
      std::uint8_t* pixel = &image.rgb[3 * static_cast<std::size_t>(y * image.width + x)];
      for (std::size_t c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>(pixel[c] * 158 >> 8);
    }
  }
}

}  // namespace relprompt::world
