// Learning merges, and reading them back as a tokenizer.
#include "text/bpe_trainer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test_support.h"
#include "text/tokenizer.h"

namespace relprompt::text {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(const std::vector<Merge>& merges) {
  Pairs pairs;
  for (const Merge& merge : merges) pairs.emplace_back(merge.left, merge.right);
  return pairs;
}

Tokenizer tokenizer_of(const std::vector<Merge>& merges) {
  return Tokenizer(parse_merges(merges_text(merges), "trained", kMaxMerges));
}

TEST(BpeTrainer, JoinsTheCommonestPairFirst) {
  // l-o three times, o-w</w> twice, then what is left; "lo" twice within "lolo" is joined left to right.
  EXPECT_EQ(pairs_of(train_bpe({"low low log"}, 3)), (Pairs{{"l", "o"}, {"lo", "w</w>"}, {"lo", "g</w>"}}));
}

TEST(BpeTrainer, TakesTheFirstInByteOrderOfEqualPairs) {
  EXPECT_EQ(pairs_of(train_bpe({"zy ab"}, 9)), (Pairs{{"a", "b</w>"}, {"z", "y</w>"}}));
}

TEST(BpeTrainer, JoinsRepeatedSymbolsFromTheLeft) {
  // a a a a</w>: a-a twice, counted as in the text, though only one of the overlapping pairs is joined.
  EXPECT_EQ(pairs_of(train_bpe({"aaaa"}, 9)), (Pairs{{"a", "a"}, {"a", "a</w>"}, {"aa", "aa</w>"}}));
  EXPECT_EQ(tokenizer_of(train_bpe({"aaaa"}, 9)).encode("aaaa").size(), 1u);
}

TEST(BpeTrainer, DependsOnTheTextsOnly) {
  std::vector<std::string> texts = {"a red dotted thing", "crimson; spotted!", "water and water", "don't"};
  const Pairs once = pairs_of(train_bpe(texts, 40));
  EXPECT_GT(once.size(), 20u);
  std::reverse(texts.begin(), texts.end());
  EXPECT_EQ(pairs_of(train_bpe(texts, 40)), once);
}

TEST(BpeTrainer, CleansAndCutsAsTheTokenizerDoes) {
  EXPECT_EQ(pairs_of(train_bpe({"RED  Red &amp;red"}, 9)), (Pairs{{"e", "d</w>"}, {"r", "ed</w>"}}));
  EXPECT_TRUE(train_bpe({"<|startoftext|> a b <|endoftext|>"}, 9).empty());
}

TEST(BpeTrainer, KnownWordsBecomeOneTokenAndUnknownOnesStillTokenise) {
  const std::vector<Merge> merges = train_bpe({"red dotted", "caf\u00e9 \u6c34", "2 o'clock"}, 1000);
  const test::TemporaryFolder folder;
  test::write_text(folder / "merges.txt", merges_text(merges));
  const Tokenizer tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(tokenizer.vocab_size(), static_cast<int>(512 + merges.size() + 2));
  for (const char* word : {"red", "dotted", "caf\u00e9", "\u6c34", "clock"})
    EXPECT_EQ(tokenizer.encode(word).size(), 1u) << word;
  EXPECT_EQ(tokenizer.encode("xyz").size(), 3u);
  EXPECT_EQ(tokenizer.encode("\u00fc").size(), 2u);
}

TEST(BpeTrainer, NeverLearnsAPairTwice) {
  // Short words over three letters make the same token in several ways; a list with a pair twice is refused.
  std::vector<std::string> words;
  for (int number = 0; number < 729; ++number) {
    std::string word;
    for (int rest = number, letter = 0; letter < 6; ++letter, rest /= 3) word += "abc"[rest % 3];
    words.push_back(word);
  }
  const Tokenizer tokenizer = tokenizer_of(train_bpe(words, 5000));
  for (const std::string& word : words) EXPECT_EQ(tokenizer.encode(word).size(), 1u) << word;
}

TEST(BpeTrainer, StopsAtTheLimit) {
  EXPECT_EQ(train_bpe({"crimson spotted"}, 5).size(), 5u);
  EXPECT_TRUE(train_bpe({"crimson"}, 0).empty());
  EXPECT_TRUE(train_bpe({}, 5).empty());
  EXPECT_TRUE(train_bpe({" "}, 5).empty());
  EXPECT_ERROR(train_bpe({"a"}, kClipMerges + 1), ErrorCode::kBadArgument, "is read up to 48894");
}

}  // namespace
}  // namespace relprompt::text
