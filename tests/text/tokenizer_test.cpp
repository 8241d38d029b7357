// Loading every kind of tokenizer file from disk, and rows of ids.
#include "text/tokenizer.h"

#include <string>

#include <gtest/gtest.h>

#include "test_support.h"
#include "tiny_tokenizer.h"

namespace relprompt::text {
namespace {

using Ids = std::vector<std::int32_t>;

Tokenizer tiny() {
  return Tokenizer(parse_merges(test::kTinyMerges, "tiny", kMaxMerges));
}

TEST(Tokenizer, EncodesWordsOfATinyVocabulary) {
  const Tokenizer tokenizer = tiny();
  EXPECT_EQ(tokenizer.encode("CAT  dog"), (Ids{513, 516}));
  EXPECT_EQ(tokenizer.encode("<|startoftext|>cat<|endoftext|>"), (Ids{517, 513, 518}));
  EXPECT_EQ(tokenizer.encode(" "), Ids{});
  EXPECT_EQ(tokenizer.vocab_size(), 519);
  EXPECT_EQ(tokenizer.encode("\xFF"), tokenizer.encode("\uFFFD"));
}

TEST(Tokenizer, RowHasStartEndAndZeros) {
  EXPECT_EQ(tiny().tokens("cat dog", 6, false), (Ids{517, 513, 516, 518, 0, 0}));
  EXPECT_EQ(tiny().tokens("cat dog", 4, false), (Ids{517, 513, 516, 518}));
  EXPECT_EQ(tiny().tokens("", 3, false), (Ids{517, 518, 0}));
}

TEST(Tokenizer, LongTextFailsUnlessTruncated) {
  EXPECT_ERROR(tiny().tokens("cat dog cat", 4, false), ErrorCode::kTextTooLong,
               "'cat dog cat' takes 5 tokens with start and end; the model reads at most 4");
  EXPECT_EQ(tiny().tokens("cat dog cat", 4, true), (Ids{517, 513, 516, 518}));
  EXPECT_EQ(tiny().tokens("cat dog cat", 2, true), (Ids{517, 518}));
  EXPECT_ERROR(tiny().tokens("cat", 1, true), ErrorCode::kBadArgument, "context length 1");
}

TEST(TokenizerFiles, LoadsMergesAloneOrWithAVocabulary) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "merges.txt", test::kTinyMerges);
  EXPECT_EQ(tokenizer_files(folder.path()), std::vector{folder / "merges.txt"});
  EXPECT_EQ(Tokenizer::load(folder / "merges.txt").encode("cat"), Ids{513});
  test::write_text(folder / "vocab.json", test::tiny_vocab_json());
  EXPECT_EQ(tokenizer_files(folder.path()), (std::vector{folder / "merges.txt", folder / "vocab.json"}));
  for (const auto& path : {folder / "merges.txt", folder / "vocab.json", folder.path()}) {
    const Tokenizer tokenizer = Tokenizer::load(path);
    EXPECT_EQ(tokenizer.encode("cat"), Ids{600}) << path;
    EXPECT_EQ(tokenizer.start_token(), 700);
    EXPECT_EQ(tokenizer.end_token(), 701);
    EXPECT_EQ(tokenizer.vocab_size(), 702);
  }
}

TEST(TokenizerFiles, LoadsTokenizerJson) {
  for (const bool pairs : {false, true}) {
    const test::TemporaryFolder folder;
    test::write_text(folder / "tokenizer.json", test::tiny_tokenizer_json(pairs));
    EXPECT_EQ(tokenizer_files(folder.path()), std::vector{folder / "tokenizer.json"});
    EXPECT_EQ(Tokenizer::load(folder.path()).encode("cat"), Ids{600});
    EXPECT_EQ(Tokenizer::load(folder / "tokenizer.json").end_token(), 701);
  }
}

TEST(TokenizerFiles, LoadsOpenAisListPackedOrNot) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "bpe_simple_vocab_16e6.txt", test::kTinyMerges);
  EXPECT_EQ(Tokenizer::load(folder.path()).encode("dog"), Ids{516});
  test::write_text(folder / "bpe_simple_vocab_16e6.txt.gz", test::gzip("#version: 0.2\nd o\ndo g</w>\n"));
  EXPECT_EQ(tokenizer_files(folder.path()), std::vector{folder / "bpe_simple_vocab_16e6.txt.gz"});
  EXPECT_EQ(Tokenizer::load(folder.path()).encode("dog"), Ids{513});
}

TEST(TokenizerFiles, ListsNothingWhereThereIsNothing) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "vocab.json", test::tiny_vocab_json());
  EXPECT_TRUE(tokenizer_files(folder.path()).empty());
  EXPECT_TRUE(tokenizer_files(folder / "gone").empty());
  EXPECT_ERROR(Tokenizer::load(folder.path()), ErrorCode::kBadVocabulary, "no tokenizer files in");
  EXPECT_ERROR(Tokenizer::load(folder / "gone"), ErrorCode::kBadVocabulary, "gone");
  EXPECT_ERROR(Tokenizer::load(folder / "vocab.json"), ErrorCode::kBadVocabulary, "no merges.txt beside it");
}

TEST(TokenizerFiles, RefusesDamagedAndOversizedGzip) {
  const test::TemporaryFolder folder;
  const std::string packed = test::gzip(test::kTinyMerges);
  test::write_text(folder / "short.gz", packed.substr(0, packed.size() / 2));
  EXPECT_ERROR(Tokenizer::load(folder / "short.gz"), ErrorCode::kBadVocabulary, "end early");
  std::string damaged = packed;
  damaged[packed.size() / 2] = static_cast<char>(damaged[packed.size() / 2] ^ 0x55);
  test::write_text(folder / "damaged.gz", damaged);
  EXPECT_ERROR(Tokenizer::load(folder / "damaged.gz"), ErrorCode::kBadVocabulary, "damaged.gz");
  test::write_text(folder / "bomb.gz", test::gzip(std::string((std::size_t{64} << 20) + 1, 'x')));
  EXPECT_ERROR(Tokenizer::load(folder / "bomb.gz"), ErrorCode::kBadVocabulary, "more than 67108864 bytes");
}

TEST(TokenizerFiles, NamesTheFileThatIsMalformed) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "merges.txt", "c a\nnonsense\n");
  EXPECT_ERROR(Tokenizer::load(folder.path()), ErrorCode::kBadVocabulary, "merges.txt: line 2");
  test::write_text(folder / "merges.txt", test::kTinyMerges);
  test::write_text(folder / "vocab.json", "{\"a\": 1}");
  EXPECT_ERROR(Tokenizer::load(folder.path()), ErrorCode::kBadVocabulary, "vocab.json: token ");
  test::write_text(folder / "binary", std::string("\x89PNG\r\n\x1A\n\0\0", 10));
  EXPECT_ERROR(Tokenizer::load(folder / "binary"), ErrorCode::kBadVocabulary, "line 1: expected two parts");
}

}  // namespace
}  // namespace relprompt::text
