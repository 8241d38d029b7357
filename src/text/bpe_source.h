// What a tokenizer file says, whatever its format: merges in order of rank and, where the file has them, ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace relprompt::text {

struct Merge {
  std::string left, right;  ///< in the byte alphabet; `right` may end with "</w>", the end of a word
  std::size_t place;        ///< line in a text file, entry (from 1) in a JSON file
};

using TokenIds = std::unordered_map<std::string, std::int32_t>;

struct BpeSource {
  std::string name;            ///< the file, for messages
  std::string place = "line";  ///< what Merge::place counts, for messages
  std::vector<Merge> merges;   ///< lowest rank first
  TokenIds ids;                ///< empty: ids follow from the order (see Tokenizer)
};

/// Merges that CLIP uses of a longer list: a vocabulary of 49152 without 256 bytes and 2 special tokens.
constexpr std::size_t kClipMerges = 49152 - 256 - 2;
/// Limits of hostile files, far above any CLIP's.
constexpr std::size_t kMaxMerges = 1'000'000;
constexpr std::size_t kMaxTokenizerJsonBytes = std::size_t{24} << 20;  ///< CLIP's have 2 to 4 MB
constexpr std::size_t kMaxVocabJsonBytes = std::size_t{8} << 20;       ///< CLIP's has 1 MB
constexpr std::int32_t kMaxTokenId = 10'000'000;

/// Reads "left right" lines; a first line with "#version" is skipped, reading stops after `max_merges`.
/// Throws Error(kBadVocabulary) with `name` and line: not two parts, no merges at all.
BpeSource parse_merges(std::string_view text, const std::string& name, std::size_t max_merges);

/// Reads {"token": id, ...}. Throws Error(kBadVocabulary).
TokenIds parse_vocab_json(std::string_view text, const std::string& name);

/// Reads model.vocab, model.merges ("left right" or ["left", "right"]) and added_tokens of a Hugging Face
/// tokenizer.json. Throws Error(kBadVocabulary): no JSON, not a byte-level BPE with "</w>".
BpeSource parse_tokenizer_json(std::string_view text, const std::string& name);

}  // namespace relprompt::text
