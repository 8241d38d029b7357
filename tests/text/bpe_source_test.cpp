// Tokenizer file formats and what is refused of them.
#include "text/bpe_source.h"

#include <string>

#include <gtest/gtest.h>

#include "test_support.h"
#include "tiny_tokenizer.h"

namespace relprompt::text {
namespace {

TEST(ParseMerges, SkipsVersionBlankLinesAndCarriageReturns) {
  const BpeSource source = parse_merges("\"x#version: 0.2\r\nc a\r\n\r\nca t</w>", "m", kMaxMerges);
  ASSERT_EQ(source.merges.size(), 2u);
  EXPECT_EQ(source.merges[1].left, "ca");
  EXPECT_EQ(source.merges[1].right, "t</w>");
  EXPECT_EQ(source.merges[1].place, 4u);
  EXPECT_TRUE(source.ids.empty());
}

TEST(ParseMerges, StopsAfterTheMergesThatCount) {
  EXPECT_EQ(parse_merges("c a\nd o\nnot a merge\n", "m", 2).merges.size(), 2u);
}

TEST(ParseMerges, NamesTheMalformedLine) {
  EXPECT_ERROR(parse_merges("c a\nd o g\n", "m.txt", 9), ErrorCode::kBadVocabulary, "m.txt: line 2");
  EXPECT_ERROR(parse_merges("ca\n", "m.txt", 9), ErrorCode::kBadVocabulary,
               "line 1: expected two parts, found 'ca'");
  EXPECT_ERROR(parse_merges(" a\n", "m.txt", 9), ErrorCode::kBadVocabulary, "line 1");
  EXPECT_ERROR(parse_merges("a \n", "m.txt", 9), ErrorCode::kBadVocabulary, "line 1");
  EXPECT_ERROR(parse_merges("", "m.txt", 9), ErrorCode::kBadVocabulary, "no merges");
  EXPECT_ERROR(parse_merges("#version: 0.2\n", "m.txt", 9), ErrorCode::kBadVocabulary, "no merges");
}

TEST(ParseVocabJson, ReadsIds) {
  const TokenIds ids = parse_vocab_json(R"({"a": 0, "b</w>": 10000000})", "v.json");
  EXPECT_EQ(ids.at("a"), 0);
  EXPECT_EQ(ids.at("b</w>"), kMaxTokenId);
}

TEST(ParseVocabJson, RefusesWhatIsNoVocabulary) {
  const auto parse = [](const std::string& text) { parse_vocab_json(text, "v.json"); };
  EXPECT_ERROR(parse("{\n\"a\": 1,\n]"), ErrorCode::kBadVocabulary, "v.json: not valid JSON at line 3");
  EXPECT_ERROR(parse("[1]"), ErrorCode::kBadVocabulary, "expected a JSON object");
  EXPECT_ERROR(parse("{}"), ErrorCode::kBadVocabulary, "empty");
  EXPECT_ERROR(parse(R"({"a": "1"})"), ErrorCode::kBadVocabulary,
               "token 'a': expected an id of 0 to 10000000");
  EXPECT_ERROR(parse(R"({"a": -1})"), ErrorCode::kBadVocabulary, "found '-1'");
  EXPECT_ERROR(parse(R"({"a": 1.5})"), ErrorCode::kBadVocabulary, "found '1.5'");
  EXPECT_ERROR(parse(R"({"a": 18446744073709551615})"), ErrorCode::kBadVocabulary, "token 'a'");
  EXPECT_ERROR(parse(R"({"a": 1e999})"), ErrorCode::kBadVocabulary, "out of range");
  EXPECT_ERROR(parse(std::string(100'000, '[')), ErrorCode::kBadVocabulary, "nests too deep");
}

TEST(ParseTokenizerJson, ReadsBothFormsOfMerges) {
  for (const bool pairs : {false, true}) {
    const BpeSource source = parse_tokenizer_json(test::tiny_tokenizer_json(pairs), "t.json");
    ASSERT_EQ(source.merges.size(), 5u);
    EXPECT_EQ(source.merges[4].left, "do");
    EXPECT_EQ(source.merges[4].right, "g</w>");
    EXPECT_EQ(source.ids.at("cat</w>"), 600);
    EXPECT_EQ(source.ids.at("<|endoftext|>"), 701);
  }
}

TEST(ParseTokenizerJson, RefusesOtherTokenizers) {
  const auto parse = [](const std::string& text) { parse_tokenizer_json(text, "t.json"); };
  EXPECT_ERROR(parse("{}"), ErrorCode::kBadVocabulary, "t.json: \"model\" is missing");
  EXPECT_ERROR(parse(R"({"model": 3})"), ErrorCode::kBadVocabulary, "\"model\" is missing or not an object");
  EXPECT_ERROR(parse(R"({"model": {"type": "WordPiece"}})"), ErrorCode::kBadVocabulary, "end_of_word_suffix");
  const std::string head = R"({"model": {"end_of_word_suffix": "</w>", "vocab": {"a": 1}, "merges": )";
  EXPECT_ERROR(parse(head + "7}}"), ErrorCode::kBadVocabulary, "\"merges\" is missing or not an array");
  EXPECT_ERROR(parse(head + "[]}}"), ErrorCode::kBadVocabulary, "0 merges");
  EXPECT_ERROR(parse(head + R"(["a b", "ab"]}})"), ErrorCode::kBadVocabulary, "model.merges entry 2");
  EXPECT_ERROR(parse(head + R"([["a", "b", "c"]]}})"), ErrorCode::kBadVocabulary, "model.merges entry 1");
  EXPECT_ERROR(parse(head + R"([["a", 1]]}})"), ErrorCode::kBadVocabulary, "model.merges entry 1");
  EXPECT_ERROR(parse(head + R"(["a b"]}, "added_tokens": [{"id": 1}]})"), ErrorCode::kBadVocabulary,
               "added_tokens");
}

}  // namespace
}  // namespace relprompt::text
