// The words of the world: what its colours, patterns and backgrounds are called, the classes made of them,
// and which classes a split keeps unseen.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relprompt/classes.h"

namespace relprompt::world {

/// A word with others that captions use for the same thing. No word of the world means two things.
struct Word {
  std::string_view name;
  std::array<std::string_view, 2> synonyms;
};

constexpr int kColors = 8, kPatterns = 8, kGrounds = 4;
/// Labels: colour * kPatterns + pattern, then the backgrounds.
constexpr int kObjectClasses = kColors * kPatterns;
constexpr int kClasses = kObjectClasses + kGrounds;

enum class Pattern { kPlain, kLevel, kUpright, kRising, kFalling, kChecked, kDotted, kNetted };
enum class Ground { kSand, kGrass, kBrick, kWater };

const std::array<Word, kColors>& color_words();
const std::array<Word, kPatterns>& pattern_words();
const std::array<Word, kGrounds>& ground_words();

constexpr std::uint16_t object_label(int color, int pattern) {
  return static_cast<std::uint16_t>(color * kPatterns + pattern);
}
constexpr std::uint16_t ground_label(Ground ground) {
  return static_cast<std::uint16_t>(kObjectClasses + static_cast<int>(ground));
}
constexpr bool is_ground(std::uint16_t label) {
  return label >= kObjectClasses;
}

/// "red dotted" or "sand".
std::string title_of(std::uint16_t label);

struct Split {
  std::string_view name;
  std::string_view description;  ///< one line for listings
};

/// The known splits, the default one first.
const std::vector<Split>& splits();

/// All kClasses classes by their titles. `seen` is empty for the split "none". Backgrounds are always seen.
/// Throws Error(kBadArgument) that lists the names and the nearest one.
ClassList class_list(std::string_view split = "compositional");

}  // namespace relprompt::world
