#include "world/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/nearest_name.h"

namespace relprompt::world {
namespace {

/// How many steps pattern lies behind the diagonal of its colour, 0 to 7. The diagonals advance by three, so
/// that every step holds each colour and each pattern once, and neighbours in the word lists fall apart.
int step_of(int color, int pattern) {
  return (pattern + 5 * color) % kPatterns;  // -3 = 5 modulo 8
}

/// No object of this colour or of this pattern is labelled by the split held-out-words. Neither is first or
/// last in its list, and each has a neighbour on both sides in hue or direction that is labelled.
constexpr int kHeldOutColor = 4;    // cyan
constexpr int kHeldOutPattern = 5;  // checked

bool is_seen(std::string_view split, int color, int pattern) {
  const int step = step_of(color, pattern);
  if (split == "compositional") return step != 1 && step != 4;
  if (split == "half") return step % 4 == 0 || step % 4 == 3;
  if (split == "held-out-words") return color != kHeldOutColor && pattern != kHeldOutPattern;
  return step == 1 || (step == 4 && color % 2 == 0);  // few-seen
}

}  // namespace

const std::array<Word, kColors>& color_words() {
  static constexpr std::array<Word, kColors> words = {{
      {"red", {"crimson", "scarlet"}},
      {"orange", {"tangerine", "pumpkin"}},
      {"yellow", {"lemon", "canary"}},
      {"green", {"emerald", "jade"}},
      {"cyan", {"turquoise", "aqua"}},
      {"blue", {"cobalt", "sapphire"}},
      {"purple", {"violet", "plum"}},
      {"pink", {"magenta", "fuchsia"}},
  }};
  return words;
}

const std::array<Word, kPatterns>& pattern_words() {
  static constexpr std::array<Word, kPatterns> words = {{
      {"plain", {"solid", "unmarked"}},
      {"level", {"horizontal", "layered"}},
      {"upright", {"vertical", "standing"}},
      {"rising", {"climbing", "ascending"}},
      {"falling", {"descending", "sinking"}},
      {"checked", {"chequered", "checkerboard"}},
      {"dotted", {"spotted", "speckled"}},
      {"netted", {"meshed", "latticed"}},
  }};
  return words;
}

const std::array<Word, kGrounds>& ground_words() {
  static constexpr std::array<Word, kGrounds> words = {{
      {"sand", {"beach", "desert"}},
      {"grass", {"lawn", "meadow"}},
      {"brick", {"masonry", "brickwork"}},
      {"water", {"sea", "lake"}},
  }};
  return words;
}

std::string title_of(std::uint16_t label) {
  if (is_ground(label)) return std::string(ground_words().at(label - std::size_t{kObjectClasses}).name);
  return fmt::format("{} {}", color_words()[label / kPatterns].name, pattern_words()[label % kPatterns].name);
}

const std::vector<Split>& splits() {
  static const std::vector<Split> all = {
      {"compositional", "16 of 64 objects unseen; every colour and pattern is seen six times"},
      {"half", "32 of 64 objects unseen; every colour and pattern is seen four times"},
      {"held-out-words",
       "15 of 64 objects unseen: all cyan and all checked ones, so two words are never labelled"},
      {"few-seen", "52 of 64 objects unseen; every colour and pattern is seen once or twice"},
      {"none", "all classes seen"},
  };
  return all;
}

ClassList class_list(std::string_view split) {
  std::vector<std::string> known;
  for (const Split& entry : splits()) known.emplace_back(entry.name);
  bool found = false;
  for (const std::string& name : known) found |= name == split;
  if (!found) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("the world has no split '{}'{}", split, suggestion(split, known)),
                fmt::format("its splits are {}", fmt::join(known, ", ")));
  }
  ClassList classes;
  for (std::uint16_t label = 0; label < kClasses; ++label) {
    classes.names.push_back({title_of(label)});
    if (split == "none") continue;
    classes.seen.push_back(is_ground(label) || is_seen(split, label / kPatterns, label % kPatterns));
  }
  return classes;
}

}  // namespace relprompt::world
