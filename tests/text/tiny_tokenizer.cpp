#include "tiny_tokenizer.h"

#include <nlohmann/json.hpp>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "text/byte_alphabet.h"

namespace relprompt::test {

const char* const kTinyMerges = "#version: 0.2\nc a\nca t</w>\na t</w>\nd o\ndo g</w>\n";

namespace {

nlohmann::json tiny_ids() {
  nlohmann::json ids;
  int next = 0;
  const text::ByteAlphabet& alphabet = text::byte_alphabet();
  for (const auto byte : alphabet.order) ids[alphabet.character[byte]] = next++;
  for (const auto byte : alphabet.order) ids[alphabet.character[byte] + "</w>"] = next++;
  ids["cat</w>"] = 600;
  ids["ca"] = 601;
  ids["at</w>"] = 602;
  ids["dog</w>"] = 603;
  ids["do"] = 604;
  ids["<|startoftext|>"] = 700;
  ids["<|endoftext|>"] = 701;
  return ids;
}

}  // namespace

std::string tiny_vocab_json() {
  return tiny_ids().dump();
}

std::string tiny_tokenizer_json(bool merges_as_pairs) {
  const std::vector<std::pair<std::string, std::string>> merges = {
      {"c", "a"}, {"ca", "t</w>"}, {"a", "t</w>"}, {"d", "o"}, {"do", "g</w>"}};
  nlohmann::json document;
  nlohmann::json& model = document["model"];
  model["type"] = "BPE";
  model["end_of_word_suffix"] = "</w>";
  model["vocab"] = tiny_ids();
  for (const char* token : {"<|startoftext|>", "<|endoftext|>"}) {
    document["added_tokens"].push_back(
        {{"content", token}, {"id", model["vocab"][token]}, {"special", true}});
    model["vocab"].erase(token);
  }
  for (const auto& [left, right] : merges) {
    if (merges_as_pairs) {
      model["merges"].push_back({left, right});
    } else {
      model["merges"].push_back(left + " " + right);
    }
  }
  return document.dump(2);
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace relprompt::test
