#include "world/caption.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "world/draw.h"

namespace relprompt::world {
namespace {

constexpr std::array<std::string_view, 5> kNouns = {"thing", "object", "shape", "item", "patch"};
constexpr std::array<std::string_view, 4> kPlaces = {"on", "lying on", "in front of", "over"};
constexpr std::array<std::string_view, 6> kOpenings = {"a photo of", "a picture of", "an image of",
                                                       "there is",   "we see",       ""};
constexpr std::array<std::string_view, 3> kGroundOpenings = {"a photo of", "a picture of", "an image of"};

template <class Words>
std::string_view any_of(const Words& words, Draw& draw) {
  return words[static_cast<std::size_t>(draw.below(static_cast<int>(words.size())))];
}

/// The name itself in three of five cases, else a synonym.
std::string_view say(const Word& word, Draw& draw) {
  return draw.chance(60) ? word.name : any_of(word.synonyms, draw);
}

std::string name(std::uint16_t label, Draw& draw) {
  if (is_ground(label)) return std::string(say(ground_words()[label - std::size_t{kObjectClasses}], draw));
  const std::string_view color = say(color_words()[label / std::size_t{kPatterns}], draw);
  return fmt::format("{} {}", color, say(pattern_words()[label % std::size_t{kPatterns}], draw));
}

bool starts_with_vowel(std::string_view text) {
  return std::string_view("aeiou").find(text.front()) != std::string_view::npos;
}

/// "a crimson spotted thing", and at times "a crimson spotted", as templates name classes.
std::string phrase(std::uint16_t label, Draw& draw) {
  const std::string words = name(label, draw);
  const std::string noun = draw.chance(75) ? fmt::format(" {}", any_of(kNouns, draw)) : "";
  return fmt::format("{} {}{}", starts_with_vowel(words) ? "an" : "a", words, noun);
}

/// "x", "x and y", "x, y and z".
std::string listed(const std::vector<std::string>& parts, std::string_view last) {
  std::string text;
  for (std::size_t at = 0; at < parts.size(); ++at) {
    if (at > 0) text += at + 1 == parts.size() ? last : ", ";
    text += parts[at];
  }
  return text;
}

void shuffle(std::vector<std::uint16_t>& labels, Draw& draw) {
  for (std::size_t at = labels.size(); at > 1; --at)
    std::swap(labels[at - 1], labels[static_cast<std::size_t>(draw.below(static_cast<int>(at)))]);
}

std::vector<std::uint16_t> some_of(const std::vector<Region>& regions, int percent, Draw& draw) {
  std::vector<std::uint16_t> labels;
  for (const Region& region : regions)
    if (draw.chance(percent)) labels.push_back(region.label);
  shuffle(labels, draw);
  return labels;
}

std::vector<std::string> spoken(const std::vector<std::uint16_t>& labels, Draw& draw) {
  std::vector<std::string> parts;
  parts.reserve(labels.size());
  for (const std::uint16_t label : labels)
    parts.push_back(is_ground(label) ? name(label, draw) : phrase(label, draw));
  return parts;
}

/// Bare names, as people tag photos.
std::string tags(const std::vector<std::uint16_t>& labels, Draw& draw) {
  std::vector<std::string> parts;
  parts.reserve(labels.size());
  for (const std::uint16_t label : labels) parts.push_back(name(label, draw));
  return listed(parts, ", ");
}

std::string sentence(const std::vector<std::uint16_t>& objects, const std::vector<std::uint16_t>& grounds,
                     Draw& draw) {
  const std::string place = listed(spoken(grounds, draw), " and ");
  if (objects.empty()) return fmt::format("{} {}", any_of(kGroundOpenings, draw), place);
  const std::string things = listed(spoken(objects, draw), " and ");
  if (!place.empty() && draw.chance(20)) return fmt::format("{} with {}", place, things);
  const std::string_view opening = any_of(kOpenings, draw);
  std::string text = opening.empty() ? things : fmt::format("{} {}", opening, things);
  if (!place.empty()) text += fmt::format(" {} {}", any_of(kPlaces, draw), place);
  return text;
}

}  // namespace

Caption caption(const Scene& scene, std::uint64_t variation) {
  Draw draw = Draw::of(fnv1a("caption"), variation);
  std::vector<std::uint16_t> objects, grounds;
  // A caption of backgrounds alone is true of a quarter of all scenes and teaches little, so it is rare.
  const bool only_grounds = scene.objects.empty() || draw.chance(5);
  const int objects_named = draw.chance(80) ? 100 : 60, grounds_named = only_grounds ? 100 : 70;  // percent
  while (objects.empty() && !only_grounds) objects = some_of(scene.objects, objects_named, draw);
  grounds = some_of(scene.grounds, grounds_named, draw);
  Caption result;
  result.labels = objects;
  result.labels.insert(result.labels.end(), grounds.begin(), grounds.end());
  result.text = draw.chance(20) ? tags(result.labels, draw) : sentence(objects, grounds, draw);
  return result;
}

bool is_true_of(const Caption& caption, const Scene& scene) {
  const auto shows = [&](std::uint16_t label) {
    const auto same = [label](const Region& region) { return region.label == label; };
    return std::any_of(scene.objects.begin(), scene.objects.end(), same) ||
           std::any_of(scene.grounds.begin(), scene.grounds.end(), same);
  };
  return std::all_of(caption.labels.begin(), caption.labels.end(), shows);
}

std::vector<std::string_view> caption_words() {
  std::vector<std::string_view> words = {"a", "an", "and", "with"};
  const auto add = [&](const auto& table) {
    for (const Word& word : table) {
      words.push_back(word.name);
      words.insert(words.end(), word.synonyms.begin(), word.synonyms.end());
    }
  };
  add(color_words());
  add(pattern_words());
  add(ground_words());
  const auto add_texts = [&](const auto& texts) {
    for (std::string_view text : texts) {
      for (std::size_t end = 0; !text.empty(); text.remove_prefix(std::min(text.size(), end + 1))) {
        end = std::min(text.find(' '), text.size());
        words.push_back(text.substr(0, end));
      }
    }
  };
  add_texts(kNouns);
  add_texts(kPlaces);
  add_texts(kOpenings);
  add_texts(kGroundOpenings);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace relprompt::world
