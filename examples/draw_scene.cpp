// Draws examples/scene.png, the street that `make demo` labels: draw_scene OUT.png
//
// An image of our own making needs no licence, and a scene drawn from shapes can be drawn again after a
// change. Every pixel is the mean of 4x4 samples, each of which asks the shapes, front to back, for a colour.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <png.h>

namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 448;
constexpr int kSamples = 4;         // a side, within a pixel
constexpr float kHorizon = 236.0f;  // y in pixels; the road's edges meet here

struct Colour {
  float red, green, blue;  // 0-255
};

Colour operator*(Colour colour, float factor) {
  return {colour.red * factor, colour.green * factor, colour.blue * factor};
}

Colour mix(Colour a, Colour b, float share_of_b) {
  const auto blend = [=](float x, float y) { return x + (y - x) * share_of_b; };
  return {blend(a.red, b.red), blend(a.green, b.green), blend(a.blue, b.blue)};
}

/// A fixed pseudo-random number in [0, 1) for a cell of a grid: texture that is equal in every run.
float grain(int x, int y) {
  std::uint32_t hash =
      static_cast<std::uint32_t>(x) * 374761393u + static_cast<std::uint32_t>(y) * 668265263u;
  hash = (hash ^ (hash >> 13)) * 1274126177u;
  return static_cast<float>((hash ^ (hash >> 16)) & 0xFFFFu) / 65536.0f;
}

bool in_box(float x, float y, float left, float top, float right, float bottom) {
  return x >= left && x < right && y >= top && y < bottom;
}

bool in_ellipse(float x, float y, float cx, float cy, float rx, float ry) {
  const float dx = (x - cx) / rx, dy = (y - cy) / ry;
  return dx * dx + dy * dy < 1.0f;
}

Colour sky(float x, float y) {
  if (in_ellipse(x, y, 505, 58, 26, 26)) return {255, 236, 150};
  for (const auto& [cx, cy, size] : {std::array{150.f, 70.f, 1.0f}, std::array{360.f, 46.f, 0.7f}}) {
    if (in_ellipse(x, y, cx, cy, 62 * size, 17 * size) ||
        in_ellipse(x, y, cx - 24 * size, cy - 11 * size, 28 * size, 19 * size) ||
        in_ellipse(x, y, cx + 19 * size, cy - 14 * size, 33 * size, 22 * size)) {
      return {246, 248, 251};
    }
  }
  return mix({88, 150, 214}, {198, 222, 240}, y / kHorizon);
}

struct Building {
  float left, top, right;
  Colour wall;
};

/// Facades with rows of windows; false if the point is on none.
bool building(float x, float y, Colour& colour) {
  static const std::vector<Building> kBuildings{
      {0, 60, 92, {171, 108, 84}},      {92, 112, 178, {196, 178, 146}}, {178, 150, 236, {142, 146, 158}},
      {402, 140, 468, {186, 150, 112}}, {468, 96, 548, {158, 92, 80}},   {548, 36, 640, {150, 158, 168}}};
  for (const auto& house : kBuildings) {
    if (!in_box(x, y, house.left, house.top, house.right, kHorizon + 24)) continue;
    const float column = std::fmod(x - house.left, 22.0f), row = std::fmod(y - house.top, 28.0f);
    const bool window = column > 6 && column < 17 && row > 9 && row < 23 && x - column + 17 < house.right - 3;
    colour = window ? Colour{58, 74, 96} : house.wall * (y < house.top + 4 ? 0.7f : 1.0f);
    return true;
  }
  return false;
}

/// Grass, pavement and road, all running to one vanishing point.
Colour ground(float x, float y) {
  const float depth = (y - kHorizon) / (kHeight - kHorizon);  // 0 at the horizon, 1 at the lower edge
  const float from_middle = std::abs(x - 320.0f) / (8.0f + 300.0f * depth);
  const float texture = 0.97f + 0.06f * grain(static_cast<int>(x) / 2, static_cast<int>(y) / 2);
  if (from_middle > 1.28f) return Colour{104, 148, 74} * texture;
  if (from_middle > 0.92f) return Colour{178, 172, 164} * (from_middle < 0.96f ? 0.8f : 1.0f);
  const bool dash = from_middle < 0.025f && std::fmod(12.0f / (depth + 0.06f), 6.0f) < 3.0f;
  return dash ? Colour{236, 232, 214} : Colour{88, 90, 95} * texture;
}

bool tree(float x, float y, float cx, float foot, float size, Colour& colour) {
  const float top = foot - 92 * size;
  const bool crown = in_ellipse(x, y, cx, top, 34 * size, 32 * size) ||
                     in_ellipse(x, y, cx - 22 * size, top + 18 * size, 24 * size, 20 * size) ||
                     in_ellipse(x, y, cx + 22 * size, top + 16 * size, 25 * size, 22 * size);
  if (crown) {
    colour = Colour{52, 112, 54} * (0.9f + 0.2f * grain(static_cast<int>(x) / 4, static_cast<int>(y) / 4));
    return true;
  }
  colour = {96, 70, 48};
  return in_box(x, y, cx - 5 * size, top + 20 * size, cx + 5 * size, foot);
}

/// A car seen from behind, standing on `foot`.
bool car(float x, float y, float cx, float foot, float size, Colour paint, Colour& colour) {
  const float u = (x - cx) / size, v = (y - foot) / size;
  const auto set = [&](Colour value) { return colour = value, true; };
  if (in_box(u, v, -33, -20, -24, -14) || in_box(u, v, 24, -20, 33, -14)) return set({214, 40, 36});
  if (in_box(u, v, -9, -16, 9, -10)) return set({236, 236, 226});
  if (v > -46 && v < -27 && std::abs(u) < 20 + (v + 46) * 0.35f) return set({48, 58, 72});
  if (v > -50 && v < -26 && std::abs(u) < 23 + (v + 50) * 0.4f) return set(paint * 0.92f);
  if (in_box(u, v, -35, -27, 35, -6)) return set(paint);
  if (in_box(u, v, -32, -8, -20, 1) || in_box(u, v, 20, -8, 32, 1)) return set({28, 28, 30});
  return in_ellipse(u, v, 0, 0, 36, 4) && set({52, 53, 57});
}

bool person(float x, float y, float cx, float foot, float size, Colour coat, Colour& colour) {
  const float u = (x - cx) / size, v = (y - foot) / size;
  const auto set = [&](Colour value) { return colour = value, true; };
  if (in_ellipse(u, v, 0, -58, 6, 7)) return set({206, 160, 130});
  if (in_box(u, v, -9, -51, 9, -24)) return set(coat);
  if (in_box(u, v, -8, -24, -1, 0) || in_box(u, v, 1, -24, 8, 0)) return set({44, 48, 70});
  return false;
}

Colour scene(float x, float y) {
  Colour colour{};
  if (person(x, y, 92, 398, 1.35f, {188, 52, 60}, colour) ||
      person(x, y, 128, 372, 1.1f, {62, 104, 160}, colour) ||
      car(x, y, 404, 372, 1.5f, {178, 40, 44}, colour) || car(x, y, 268, 312, 0.9f, {70, 108, 158}, colour) ||
      tree(x, y, 600, 392, 1.5f, colour) || tree(x, y, 34, 340, 1.1f, colour) ||
      tree(x, y, 470, 312, 0.85f, colour) || tree(x, y, 214, 286, 0.6f, colour) ||
      (y < kHorizon + 24 && building(x, y, colour))) {
    return colour;
  }
  return y < kHorizon ? sky(x, y) : ground(x, y);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: draw_scene OUT.png\n");
    return 2;
  }
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      Colour sum{};
      for (int sample = 0; sample < kSamples * kSamples; ++sample) {
        const float dx = (static_cast<float>(sample % kSamples) + 0.5f) / kSamples;
        const float dy = (static_cast<float>(sample / kSamples) + 0.5f) / kSamples;
        const Colour colour = scene(static_cast<float>(x) + dx, static_cast<float>(y) + dy);
        sum = {sum.red + colour.red, sum.green + colour.green, sum.blue + colour.blue};
      }
      for (const float value : {sum.red, sum.green, sum.blue}) {
        pixels.push_back(
            static_cast<std::uint8_t>(std::clamp(value / (kSamples * kSamples) + 0.5f, 0.0f, 255.0f)));
      }
    }
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = kWidth;
  image.height = kHeight;
  image.format = PNG_FORMAT_RGB;
  if (png_image_write_to_file(&image, arguments[1], 0, pixels.data(), 0, nullptr) == 0) {
    std::fprintf(stderr, "draw_scene: cannot write %s: %s\n", arguments[1], image.message);
    return 3;
  }
  return 0;
}
