// Texts that are small, or modest, and would take minutes: refused by their length, with the limit in the
// message.
#include <string>

#include <gtest/gtest.h>

#include "relprompt/classes.h"

#include "limited_run.h"
#include "test_support.h"
#include "text/clean.h"
#include "text/limits.h"
#include "text/templates.h"
#include "text/tokenizer_files.h"
#include "text/unicode.h"

namespace relprompt::text {
namespace {

using test::run_within;

/// Two kinds of combining marks in turn, which composing must sort.
std::string marks(std::size_t pairs) {
  std::string text = "a";
  for (std::size_t i = 0; i < pairs; ++i) text += "\u0301\u0316";
  return text;
}

TEST(Attack, ClassNameOf400000BytesOfCombiningMarks) {
  run_within(64, [] {
    EXPECT_ERROR(parse_class_list("road\n" + marks(100'000)), ErrorCode::kBadClassList,
                 "has a name of 400001 bytes; at most 1024 are read");
    EXPECT_ERROR(clean(marks(100'000)), ErrorCode::kTextTooLong, "400001 bytes; at most 65536 are read");
    EXPECT_ERROR(comparison_key(marks(100'000)), ErrorCode::kTextTooLong, "at most 65536");
    EXPECT_FALSE(clean(marks(255)).empty());
  });
}

TEST(Attack, ClassNameOfOneWordOf15000000Letters) {
  const test::TemporaryFolder folder;
  const std::string word(15'000'000, 'x');
  test::write_text(folder / "word.txt", word);
  EXPECT_ERROR(read_class_file(folder / "word.txt"), ErrorCode::kBadClassList,
               "word.txt: 15000000 bytes, expected at most 4194304");
  EXPECT_ERROR(parse_class_list(word), ErrorCode::kBadClassList, "15000000 bytes; at most 4194304 are read");
  EXPECT_ERROR(parse_class_list("sky, " + word.substr(0, 1'000'000)), ErrorCode::kBadClassList,
               "line 1: class 2, 'xxx");
}

TEST(Attack, NamesAtTheLimitAreRead) {
  const std::string longest(kMaxNameBytes, 'x');
  EXPECT_EQ(parse_class_list("  " + longest + "  ").title(0), longest);
  EXPECT_ERROR(parse_class_list("y;" + longest + "x"), ErrorCode::kBadClassList, "1025 bytes; at most 1024");
}

TEST(Attack, TemplatesThatAreTooLong) {
  const test::TemporaryFolder folder;
  const std::string sentence = "{}" + marks(1000);
  EXPECT_ERROR(check_template(sentence), ErrorCode::kBadTemplate, "has 4003 bytes; at most 1024 are read");
  test::write_text(folder / "t.txt", "a {}\n" + sentence);
  EXPECT_ERROR(read_templates(folder / "t.txt"), ErrorCode::kBadTemplate, "t.txt, line 2: template '{}");
  EXPECT_NO_THROW(check_template("{}" + std::string(kMaxTemplateBytes - 2, 'x')));
}

/// A tokenizer.json with so many added tokens.
std::string tokenizer_json(std::size_t tokens) {
  std::string text =
      R"({"model":{"end_of_word_suffix":"</w>","vocab":{"a":0},"merges":["a b"]},"added_tokens":[)";
  for (std::size_t i = 0; i < tokens; ++i) {
    const std::string number = std::to_string(i);
    text += R"({"content":"word )" + number + R"(","id":)" + number + "},";
  }
  text.back() = ']';
  return text + "}";
}

TEST(Attack, TokenizerJsonOfManyTokens) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "tokenizer.json", tokenizer_json(800'000));
  EXPECT_ERROR(read_tokenizer_files(folder.path()), ErrorCode::kBadVocabulary,
               "bytes, expected at most 25165824");
  // Minutes for a parser that looks at the parent after each token.
  test::write_text(folder / "tokenizer.json", tokenizer_json(600'000));
  const auto size = std::filesystem::file_size(folder / "tokenizer.json");
  EXPECT_GT(size, std::size_t{20'000'000});
  run_within(30 * size >> 20, [&] { EXPECT_EQ(read_tokenizer_files(folder.path()).ids.size(), 600'001u); });
}

TEST(Attack, VocabJsonThatIsTooLongOrNests) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "merges.txt", "a b\n");
  test::write_text(folder / "vocab.json", std::string(9'000'000, ' '));
  EXPECT_ERROR(read_tokenizer_files(folder.path()), ErrorCode::kBadVocabulary,
               "vocab.json: 9000000 bytes, expected at most 8388608");
  test::write_text(folder / "vocab.json",
                   R"({"a":)" + std::string(400'000, '[') + std::string(400'000, ']') + "}");
  EXPECT_ERROR(read_tokenizer_files(folder.path()), ErrorCode::kBadVocabulary, "nests too deep");
}

}  // namespace
}  // namespace relprompt::text
