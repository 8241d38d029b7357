// Token ids of the original CLIP tokenizer, from its own merges in every file format.
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

#include "test_support.h"
#include "text/byte_alphabet.h"
#include "text/tokenizer.h"

namespace relprompt::text {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void expect_goldens(const Tokenizer& tokenizer, const fs::path& shared) {
  const json goldens = json::parse(test::read_text(shared / "golden/tokenizer.json"));
  ASSERT_EQ(goldens.size(), 284u);
  for (const json& golden : goldens) {
    const auto text = golden["text"].get<std::string>();
    EXPECT_EQ(tokenizer.encode(text), golden["ids"].get<std::vector<std::int32_t>>()) << text;
  }
  EXPECT_EQ(tokenizer.vocab_size(), 49408);
  EXPECT_EQ(tokenizer.start_token(), 49406);
  EXPECT_EQ(tokenizer.end_token(), 49407);
}

fs::path original(const fs::path& shared) {
  return shared / "vocab/bpe_simple_vocab_16e6.txt.gz";
}

std::string unpacked(const fs::path& file) {
  gzFile handle = gzopen(file.c_str(), "rb");
  std::string text;
  std::array<char, 4096> chunk{};
  for (int read = 0; (read = gzread(handle, chunk.data(), chunk.size())) > 0;) {
    text.append(chunk.data(), static_cast<std::size_t>(read));
  }
  gzclose(handle);
  return text;
}

/// The merges that CLIP uses, as Hugging Face's merges.txt holds them: "left right" lines.
std::vector<std::string> used_merges(const fs::path& shared) {
  std::istringstream lines(unpacked(original(shared)));
  std::vector<std::string> merges;
  std::string line;
  std::getline(lines, line);
  while (merges.size() < 48894 && std::getline(lines, line)) merges.push_back(line);
  return merges;
}

json numbered(const std::vector<std::string>& merges) {
  json ids;
  int next = 0;
  const ByteAlphabet& alphabet = byte_alphabet();
  for (const auto byte : alphabet.order) ids[alphabet.character[byte]] = next++;
  for (const auto byte : alphabet.order) ids[alphabet.character[byte] + "</w>"] = next++;
  for (std::string merge : merges) ids[merge.erase(merge.find(' '), 1)] = next++;
  ids["<|startoftext|>"] = next++;
  ids["<|endoftext|>"] = next++;
  return ids;
}

TEST(GoldenTokenizer, OpenAisPackedList) {
  RELPROMPT_REQUIRE_SHARED(shared);
  expect_goldens(Tokenizer::load(original(shared)), shared);
}

TEST(GoldenTokenizer, OpenAisListUnpacked) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const test::TemporaryFolder folder;
  test::write_text(folder / "bpe_simple_vocab_16e6.txt", unpacked(original(shared)));
  expect_goldens(Tokenizer::load(folder.path()), shared);
}

TEST(GoldenTokenizer, MergesAloneAndWithVocabulary) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const test::TemporaryFolder folder;
  const std::vector<std::string> merges = used_merges(shared);
  std::string text = "#version: 0.2\n";
  for (const std::string& merge : merges) text += merge + "\n";
  test::write_text(folder / "merges.txt", text);
  expect_goldens(Tokenizer::load(folder / "merges.txt"), shared);
  test::write_text(folder / "vocab.json", numbered(merges).dump());
  expect_goldens(Tokenizer::load(folder.path()), shared);
}

TEST(GoldenTokenizer, TokenizerJson) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const std::vector<std::string> merges = used_merges(shared);
  json document;
  document["model"] = {{"type", "BPE"}, {"end_of_word_suffix", "</w>"}, {"vocab", numbered(merges)}};
  for (const bool pairs : {false, true}) {
    document["model"]["merges"] = json::array();
    for (const std::string& merge : merges) {
      const std::size_t blank = merge.find(' ');
      document["model"]["merges"].push_back(pairs ? json{merge.substr(0, blank), merge.substr(blank + 1)}
                                                  : json(merge));
    }
    const test::TemporaryFolder folder;
    test::write_text(folder / "tokenizer.json", document.dump());
    expect_goldens(Tokenizer::load(folder.path()), shared);
  }
}

}  // namespace
}  // namespace relprompt::text
