// The words, classes and splits of the world.
#include "world/names.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::world {
namespace {

TEST(Names, ClassesAreColorsTimesPatternsThenBackgrounds) {
  const ClassList classes = class_list();
  ASSERT_EQ(classes.size(), 68u);
  EXPECT_EQ(classes.title(0), "red plain");
  EXPECT_EQ(classes.title(6), "red dotted");
  EXPECT_EQ(classes.title(8), "orange plain");
  EXPECT_EQ(classes.title(63), "pink netted");
  EXPECT_EQ(classes.title(64), "sand");
  EXPECT_EQ(classes.title(67), "water");
  for (std::uint16_t label = 0; label < kClasses; ++label) EXPECT_EQ(classes.title(label), title_of(label));
  EXPECT_EQ(object_label(5, static_cast<int>(Pattern::kDotted)), 46);
  EXPECT_EQ(ground_label(Ground::kGrass), 65);
}

TEST(Names, NoWordMeansTwoThings) {
  std::set<std::string_view> words;
  std::size_t count = 0;
  const auto add = [&](const auto& table) {
    for (const Word& word : table) {
      count += 3;
      words.insert(word.name);
      words.insert(word.synonyms.begin(), word.synonyms.end());
    }
  };
  add(color_words());
  add(pattern_words());
  add(ground_words());
  EXPECT_EQ(words.size(), count);
  EXPECT_EQ(words.count(""), 0u);
}

/// How often each colour and each pattern is seen: [colour], then [pattern].
std::pair<std::multiset<int>, std::multiset<int>> seen_counts(const ClassList& classes) {
  std::map<int, int> colors, patterns;
  for (int label = 0; label < kObjectClasses; ++label) {
    const int seen = classes.seen[static_cast<std::size_t>(label)] ? 1 : 0;
    colors[label / kPatterns] += seen;
    patterns[label % kPatterns] += seen;
  }
  std::multiset<int> of_colors, of_patterns;
  for (const auto& entry : colors) of_colors.insert(entry.second);
  for (const auto& entry : patterns) of_patterns.insert(entry.second);
  return {of_colors, of_patterns};
}

std::multiset<int> eight_times(int value) {
  return {value, value, value, value, value, value, value, value};
}

TEST(Splits, DefaultKeepsEveryColorAndPatternSixTimes) {
  const ClassList classes = class_list();
  EXPECT_EQ(seen_counts(classes), std::pair(eight_times(6), eight_times(6)));
  EXPECT_EQ(std::count(classes.seen.begin(), classes.seen.end(), false), 16);
}

TEST(Splits, HalfKeepsThemFourTimes) {
  EXPECT_EQ(seen_counts(class_list("half")), std::pair(eight_times(4), eight_times(4)));
}

/// A whole colour and a whole pattern: their words occur in no label of training.
TEST(Splits, HeldOutWordsAreNeverLabelled) {
  const ClassList classes = class_list("held-out-words");
  const std::multiset<int> counts = {0, 7, 7, 7, 7, 7, 7, 7};
  EXPECT_EQ(seen_counts(classes), std::pair(counts, counts));
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto title = classes.title(label);
    const bool held_out =
        title.find("cyan") != std::string::npos || title.find("checked") != std::string::npos;
    EXPECT_EQ(classes.seen[label], !held_out) << title;
  }
}

TEST(Splits, FewSeenKeepsThemOnceOrTwice) {
  const std::multiset<int> mixed = {1, 1, 1, 1, 2, 2, 2, 2};
  EXPECT_EQ(seen_counts(class_list("few-seen")), std::pair(mixed, mixed));
}

TEST(Splits, BackgroundsAreSeenAndNoneHasNoSplit) {
  for (const Split& split : splits()) {
    const ClassList classes = class_list(split.name);
    EXPECT_EQ(classes.size(), 68u);
    if (split.name == "none") {
      EXPECT_TRUE(classes.seen.empty());
      continue;
    }
    for (std::size_t label = kObjectClasses; label < kClasses; ++label) EXPECT_TRUE(classes.seen[label]);
  }
}

TEST(Splits, UnknownOnesAreRefusedWithTheNearest) {
  EXPECT_ERROR(class_list("compositonal"), ErrorCode::kBadArgument, "did you mean compositional?");
  EXPECT_ERROR(class_list(""), ErrorCode::kBadArgument,
               "its splits are compositional, half, held-out-words, few-seen, none");
}

}  // namespace
}  // namespace relprompt::world
