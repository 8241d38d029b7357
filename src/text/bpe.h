// Byte pair encoding: a word's bytes, joined pair by pair in the order in which the vocabulary learnt the
// pairs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/bpe_source.h"
#include "text/byte_alphabet.h"

namespace relprompt::text {

class Bpe {
 public:
  /// Throws Error(kBadVocabulary) that names file and place: a merge of parts that no earlier line makes, a
  /// merge that occurs twice, a token without id in the file's vocabulary, an id given twice.
  explicit Bpe(const BpeSource& source);

  /// Appends the ids of one word, any bytes. Time grows as n log n, so that a megabyte without a blank is no
  /// attack.
  void append_ids(std::string_view word, std::vector<std::int32_t>& ids) const;

  /// One more than the largest id.
  std::int32_t vocab_size() const noexcept { return vocab_size_; }
  std::int32_t start_id() const noexcept { return start_id_; }
  std::int32_t end_id() const noexcept { return end_id_; }

 private:
  /// A token's place in ids_. Two merges may make the same token, so symbols are fewer than merges at times.
  using Symbol = std::uint32_t;
  struct Rule {
    std::uint32_t rank;
    Symbol product;
  };
  struct Chain;

  using SymbolTable = std::unordered_map<std::string, Symbol>;

  static std::uint64_t pair_key(Symbol left, Symbol right) { return std::uint64_t{left} << 32 | right; }
  void add_bytes(SymbolTable& symbols);
  void add_merges(const BpeSource& source, SymbolTable& symbols);
  void count_ids(const BpeSource& source, const SymbolTable& symbols);
  void look_up_ids(const BpeSource& source, const SymbolTable& symbols);

  std::array<Symbol, kByteCount> inner_{}, last_{};  ///< [byte] inside a word, and at its end
  std::unordered_map<std::uint64_t, Rule> rules_;
  std::vector<std::int32_t> ids_;  ///< [symbol]
  std::int32_t vocab_size_ = 0, start_id_ = 0, end_id_ = 0;
};

}  // namespace relprompt::text
