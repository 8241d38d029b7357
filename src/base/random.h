// Random numbers that are equal on every machine, compiler and thread count.
#pragma once

#include <cstdint>
#include <string_view>

namespace relprompt {

/// FNV-1a, 64 bit: turns a name into a seed.
constexpr std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

/// SplitMix64 (Steele et al. 2014): one 64-bit state, passes BigCrush, any position reachable at once.
class SplitMix64 {
 public:
  explicit constexpr SplitMix64(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  /// Uniform in [-1, 1) from the top 24 bits: exact in float, equal to hash_uniform of tools/reference.
  constexpr float next_signed_unit() {
    return static_cast<float>(next() >> 40) / static_cast<float>(1 << 24) * 2.0f - 1.0f;
  }

 private:
  std::uint64_t state_;
};

}  // namespace relprompt
