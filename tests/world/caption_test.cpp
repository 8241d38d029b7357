// Captions: known words, true sentences, and a vocabulary learnt from them.
#include "world/caption.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "test_support.h"
#include "text/bpe_trainer.h"
#include "text/tokenizer.h"

namespace relprompt::world {
namespace {

constexpr std::uint64_t kScenes = 600;

Options small() {
  Options options;
  options.size = 32;
  options.max_objects = 2;
  return options;
}

/// Without commas.
std::vector<std::string> words_of(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// The class words of a text by what they mean: "colour 0", "pattern 6", "ground 2", in order.
std::vector<std::string> meanings(const std::string& text) {
  std::map<std::string, std::string> dictionary;
  const auto add = [&](const auto& table, const std::string& kind) {
    for (std::size_t at = 0; at < table.size(); ++at) {
      dictionary[std::string(table[at].name)] = kind + std::to_string(at);
      for (const auto synonym : table[at].synonyms)
        dictionary[std::string(synonym)] = kind + std::to_string(at);
    }
  };
  add(color_words(), "color ");
  add(pattern_words(), "pattern ");
  add(ground_words(), "ground ");
  std::vector<std::string> found;
  for (const std::string& word : words_of(text))
    if (dictionary.count(word) > 0) found.push_back(dictionary[word]);
  return found;
}

std::vector<std::string> expected_meanings(const std::vector<std::uint16_t>& labels) {
  std::vector<std::string> expected;
  for (const int label : labels) {
    if (is_ground(static_cast<std::uint16_t>(label))) {
      expected.push_back("ground " + std::to_string(label - kObjectClasses));
    } else {
      expected.push_back("color " + std::to_string(label / kPatterns));
      expected.push_back("pattern " + std::to_string(label % kPatterns));
    }
  }
  return expected;
}

TEST(Caption, NamesWhatIsSeenInKnownWords) {
  const std::vector<std::string_view> known = caption_words();
  for (std::uint64_t index = 0; index < kScenes; ++index) {
    const Scene scene = make_scene(9, index, small());
    const Caption made = caption(scene, index);
    ASSERT_FALSE(made.labels.empty());
    EXPECT_TRUE(is_true_of(made, scene)) << made.text;
    for (const std::string& word : words_of(made.text))
      EXPECT_TRUE(std::binary_search(known.begin(), known.end(), word)) << word;
    std::vector<std::string> found = meanings(made.text), expected = expected_meanings(made.labels);
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(found, expected) << made.text;
  }
}

TEST(Caption, SaysEverySynonymAndEveryKnownWord) {
  std::set<std::string> said;
  for (std::uint64_t index = 0; index < kScenes; ++index) {
    const Scene scene = make_scene(9, index, small());
    for (std::uint64_t variation = 0; variation < 4; ++variation)
      for (const std::string& word : words_of(caption(scene, variation * kScenes + index).text))
        said.insert(word);
  }
  for (const std::string_view word : caption_words()) EXPECT_EQ(said.count(std::string(word)), 1u) << word;
}

TEST(Caption, ArticlesFitTheirWords) {
  for (std::uint64_t index = 0; index < kScenes; ++index) {
    const std::vector<std::string> words = words_of(caption(make_scene(9, index, small()), index).text);
    for (std::size_t at = 0; at + 1 < words.size(); ++at) {
      const bool vowel = std::string("aeiou").find(words[at + 1].front()) != std::string::npos;
      if (words[at] != "a" && words[at] != "an") continue;
      EXPECT_EQ(words[at] == "an", vowel) << words[at + 1];
    }
  }
}

TEST(Caption, MostNameAllObjectsAndVariationsDiffer) {
  int all = 0;
  std::set<std::string> texts;
  const Scene scene = make_scene(9, 0);
  for (std::uint64_t variation = 0; variation < 200; ++variation) {
    const Caption made = caption(scene, variation);
    EXPECT_EQ(caption(scene, variation).text, made.text);
    texts.insert(made.text);
    const auto objects = std::count_if(made.labels.begin(), made.labels.end(),
                                       [](std::uint16_t label) { return !is_ground(label); });
    all += static_cast<std::size_t>(objects) == scene.objects.size() ? 1 : 0;
  }
  EXPECT_GT(texts.size(), 100u);
  EXPECT_GT(all, 140);
}

TEST(Caption, OfASceneWithoutObjectsNamesTheBackground) {
  Options options;
  options.max_objects = options.min_objects = 0;
  for (std::uint64_t index = 0; index < 50; ++index) {
    const Scene scene = make_scene(1, index, options);
    const Caption made = caption(scene, index);
    EXPECT_EQ(made.labels.size(), scene.grounds.size());
    EXPECT_EQ(meanings(made.text), expected_meanings(made.labels)) << made.text;
  }
}

TEST(Caption, IsFalseOfASceneThatLacksAClass) {
  Scene scene;
  scene.objects = {{3, 10, 10}, {9, 10, 10}};
  scene.grounds = {{64, 100, 100}};
  EXPECT_TRUE(is_true_of({"", {9, 64}}, scene));
  EXPECT_FALSE(is_true_of({"", {9, 65}}, scene));
  EXPECT_FALSE(is_true_of({"", {3, 10}}, scene));
}

TEST(Caption, VocabularyLearntFromCaptionsKnowsEveryWordAsOneToken) {
  std::vector<std::string> texts;
  for (std::uint64_t index = 0; index < 3 * kScenes; ++index)
    texts.push_back(caption(make_scene(9, index, small()), index).text);
  const std::vector<text::Merge> merges = text::train_bpe(texts, 2000);
  const test::TemporaryFolder folder;
  test::write_text(folder / "merges.txt", text::merges_text(merges));
  const text::Tokenizer tokenizer = text::Tokenizer::load(folder.path());
  EXPECT_LT(tokenizer.vocab_size(), 1200);
  std::set<std::int32_t> ids;
  for (const std::string_view word : caption_words()) {
    ASSERT_EQ(tokenizer.encode(word).size(), 1u) << word;
    ids.insert(tokenizer.encode(word).front());
  }
  EXPECT_EQ(ids.size(), caption_words().size()) << "two words share a token";
  for (const std::string& caption : texts) {
    std::vector<std::int32_t> expected;
    for (const std::string& word : words_of(caption)) expected.push_back(tokenizer.encode(word).front());
    std::vector<std::int32_t> found = tokenizer.encode(caption);
    const std::int32_t comma = tokenizer.encode(",").front();
    found.erase(std::remove(found.begin(), found.end(), comma), found.end());
    EXPECT_EQ(found, expected) << caption;
  }
  EXPECT_GT(tokenizer.encode("zebra").size(), 1u);
  EXPECT_LE(tokenizer.encode("an image of \u6c34").size(), 6u);
}

}  // namespace
}  // namespace relprompt::world
