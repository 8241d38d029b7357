// Byte pair encoding against the obvious quadratic version, and on words that are attacks.
#include "text/bpe.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "test_support.h"
#include "tiny_tokenizer.h"

namespace relprompt::text {
namespace {

using Ids = std::vector<std::int32_t>;

Ids ids_of(const Bpe& bpe, std::string_view word) {
  Ids ids;
  bpe.append_ids(word, ids);
  return ids;
}

/// The textbook version: look for the best pair of the whole word, join it everywhere, start again.
std::vector<std::string> naive_parts(const std::vector<Merge>& merges, const std::string& word) {
  std::vector<std::string> parts;
  for (const char c : word) parts.emplace_back(1, c);
  parts.back() += "</w>";
  for (;;) {
    std::size_t best = merges.size();
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      for (std::size_t rank = 0; rank < best; ++rank) {
        if (merges[rank].left == parts[i] && merges[rank].right == parts[i + 1]) best = rank;
      }
    }
    if (best == merges.size()) return parts;
    std::vector<std::string> joined;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool fits =
          i + 1 < parts.size() && parts[i] == merges[best].left && parts[i + 1] == merges[best].right;
      joined.push_back(fits ? parts[i] + parts[i + 1] : parts[i]);
      if (fits) ++i;
    }
    parts = joined;
  }
}

TEST(ByteAlphabet, CoversEveryByteOnce) {
  const ByteAlphabet& alphabet = byte_alphabet();
  EXPECT_EQ(alphabet.character['a'], "a");
  EXPECT_EQ(alphabet.character[' '], "\u0120");
  EXPECT_EQ(alphabet.character[0xAD], "\u0143");
  EXPECT_EQ(alphabet.order[0], '!');
  EXPECT_EQ(alphabet.order[188], 0);
  auto characters = alphabet.character;
  std::sort(characters.begin(), characters.end());
  EXPECT_EQ(std::adjacent_find(characters.begin(), characters.end()), characters.end());
}

TEST(Bpe, NumbersBytesThenMergesThenSpecials) {
  const Bpe bpe(parse_merges(test::kTinyMerges, "tiny", kMaxMerges));
  EXPECT_EQ(bpe.vocab_size(), 519);
  EXPECT_EQ(bpe.start_id(), 517);
  EXPECT_EQ(bpe.end_id(), 518);
  EXPECT_EQ(ids_of(bpe, "cat"), Ids{513});
  EXPECT_EQ(ids_of(bpe, "at"), Ids{514});
  EXPECT_EQ(ids_of(bpe, "a"), Ids{256 + 'a' - '!'});
  EXPECT_EQ(ids_of(bpe, "cab"), (Ids{512, 256 + 'b' - '!'}));
  EXPECT_EQ(ids_of(bpe, std::string_view("\0", 1)), Ids{256 + 188});
  EXPECT_EQ(ids_of(bpe, ""), Ids{});
}

/// A random table over 'a' and 'b', where different merges may make the same token.
BpeSource random_source(SplitMix64& random) {
  BpeSource source;
  source.name = "random";
  std::vector<std::string> inner = {"a", "b"}, last = {"a</w>", "b</w>"};
  std::set<std::pair<std::string, std::string>> taken;
  while (source.merges.size() < 24) {
    const std::string left = inner[random.next() % inner.size()];
    const bool at_end = random.next() % 4 == 0;
    std::vector<std::string>& rights = at_end ? last : inner;
    const std::string right = rights[random.next() % rights.size()];
    if (left.size() + right.size() > 10 || !taken.emplace(left, right).second) continue;
    source.merges.push_back({left, right, source.merges.size() + 1});
    rights.push_back(left + right);
  }
  return source;
}

TEST(Bpe, EqualsTheNaiveVersionOnRandomTablesAndWords) {
  SplitMix64 random(7);
  for (int table = 0; table < 40; ++table) {
    const BpeSource source = random_source(random);
    const Bpe bpe(source);
    std::map<std::string, std::int32_t> id = {
        {"a", 'a' - '!'}, {"b", 'b' - '!'}, {"a</w>", 256 + 'a' - '!'}, {"b</w>", 256 + 'b' - '!'}};
    std::int32_t next = 512;
    for (const Merge& merge : source.merges) id[merge.left + merge.right] = next++;
    for (int trial = 0; trial < 50; ++trial) {
      std::string word(1 + random.next() % 24, ' ');
      for (char& c : word) c = random.next() % 2 == 0 ? 'a' : 'b';
      Ids expected;
      for (const std::string& part : naive_parts(source.merges, word)) expected.push_back(id.at(part));
      ASSERT_EQ(ids_of(bpe, word), expected) << word;
    }
  }
}

TEST(Bpe, AppliesARuleEverywhereBeforeLookingAtNewPairs) {
  // "abc" has two merges; the second one, at rank 4, makes pairs that rank 3 joins. Both "a bc" come first.
  const BpeSource source = parse_merges("b c\na b\nab c\nabc a\na bc\n", "twice", kMaxMerges);
  const std::int32_t abc = 516;
  EXPECT_EQ(naive_parts(source.merges, "abcabcb"), (std::vector<std::string>{"abc", "abc", "b</w>"}));
  EXPECT_EQ(ids_of(Bpe(source), "abcabcb"), (Ids{abc, abc, 256 + 'b' - '!'}));
}

TEST(Bpe, MegabyteWordEnds) {
  // A quadratic version would take hours here.
  const Bpe bpe(parse_merges("a a\naa aa\naaaa aaaa\n", "powers", kMaxMerges));
  const Ids ids = ids_of(bpe, std::string(1 << 20, 'a'));
  EXPECT_EQ(ids.size(), (std::size_t{1} << 17) - 1 + 4);  // the last letter is another token, 7 = 4 + 2 + 1
  EXPECT_EQ(ids.front(), 514);
}

TEST(Bpe, RefusesTablesThatCannotBe) {
  const auto make = [](const char* merges) { Bpe bpe(parse_merges(merges, "x.txt", kMaxMerges)); };
  EXPECT_ERROR(make("c a\nco w</w>\n"), ErrorCode::kBadVocabulary, "x.txt: line 2: 'co' is neither");
  EXPECT_ERROR(make("c a\nc aw\n"), ErrorCode::kBadVocabulary, "line 2: 'aw'");
  EXPECT_ERROR(make("c a\n\nc a\n"), ErrorCode::kBadVocabulary,
               "line 3: the merge of 'c' and 'a' occurs twice");
}

TEST(Bpe, RefusesIdsThatAreMissingOrShared) {
  BpeSource source = parse_merges(test::kTinyMerges, "x.txt", kMaxMerges);
  source.ids = parse_vocab_json(test::tiny_vocab_json(), "vocab.json");
  EXPECT_EQ(Bpe(source).vocab_size(), 702);
  BpeSource shared = source;
  shared.ids["dog</w>"] = 600;
  EXPECT_ERROR(Bpe{shared}, ErrorCode::kBadVocabulary, "id 600 belongs to two tokens");
  BpeSource missing = source;
  missing.ids.erase("dog</w>");
  EXPECT_ERROR(Bpe{missing}, ErrorCode::kBadVocabulary, "'dog</w>' has no id");
  missing = source;
  missing.ids.erase("<|endoftext|>");
  EXPECT_ERROR(Bpe{missing}, ErrorCode::kBadVocabulary, "'<|endoftext|>' has no id");
}

}  // namespace
}  // namespace relprompt::text
