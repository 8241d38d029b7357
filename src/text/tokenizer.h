// CLIP's tokenizer: text in, token ids out, equal to the original for every golden text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "text/bpe.h"
#include "text/bpe_source.h"
#include "text/tokenizer_files.h"

namespace relprompt::text {

class Tokenizer {
 public:
  /// Reads merges.txt (with a vocab.json beside it, if there is one), tokenizer.json,
  /// bpe_simple_vocab_16e6.txt.gz (also unpacked), or a folder with one of them. Where the file has no ids
  /// they follow from the order: 256 bytes, the same at a word's end, the merges, start, end. Of a list
  /// without ids the first kClipMerges merges count, as in the original. Throws Error(kBadVocabulary).
  static Tokenizer load(const std::filesystem::path& file_or_folder);

  /// From merges in memory. Throws Error(kBadVocabulary).
  explicit Tokenizer(const BpeSource& source);

  /// Ids of a UTF-8 text without start and end; empty for white space. Invalid UTF-8 is read as U+FFFD. The
  /// words "<|startoftext|>" and "<|endoftext|>" become the special tokens, as in the original.
  /// Throws Error(kTextTooLong) beyond kMaxTextBytes (limits.h).
  std::vector<std::int32_t> encode(std::string_view text) const;

  /// Start, text, end, then zeros: exactly `context_length` ids (at least 2, else Error(kBadArgument)).
  /// A longer text throws Error(kTextTooLong), or with `truncate` loses its last ids but not the end token.
  std::vector<std::int32_t> tokens(std::string_view text, int context_length, bool truncate) const;

  /// One more than the largest id: the rows that a token embedding needs.
  int vocab_size() const noexcept { return bpe_.vocab_size(); }
  int start_token() const noexcept { return bpe_.start_id(); }
  int end_token() const noexcept { return bpe_.end_id(); }

 private:
  Bpe bpe_;
};

}  // namespace relprompt::text
