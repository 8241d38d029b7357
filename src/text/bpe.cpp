#include "text/bpe.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <tuple>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "text/unicode.h"
#include "text/word_split.h"

namespace relprompt::text {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

[[noreturn]] void fail(const BpeSource& source, const std::string& problem) {
  throw Error(ErrorCode::kBadVocabulary, fmt::format("{}: {}", source.name, problem),
              "the file is damaged or belongs to another kind of tokenizer than CLIP's");
}

std::int32_t id_of(const BpeSource& source, const std::string& token) {
  const auto found = source.ids.find(token);
  if (found == source.ids.end()) fail(source, fmt::format("token {} has no id", excerpt(token)));
  return found->second;
}

}  // namespace

Bpe::Bpe(const BpeSource& source) {
  SymbolTable symbols;
  symbols.reserve(2 * kByteCount + source.merges.size());
  rules_.reserve(source.merges.size());
  add_bytes(symbols);
  add_merges(source, symbols);
  if (source.ids.empty()) {
    count_ids(source, symbols);
  } else {
    look_up_ids(source, symbols);
  }
}

void Bpe::add_bytes(SymbolTable& symbols) {
  const ByteAlphabet& alphabet = byte_alphabet();
  for (const bool at_end : {false, true}) {
    for (const std::uint8_t byte : alphabet.order) {
      const auto symbol = static_cast<Symbol>(symbols.size());
      symbols.emplace(alphabet.character[byte] + (at_end ? "</w>" : ""), symbol);
      (at_end ? last_ : inner_)[byte] = symbol;
    }
  }
}

void Bpe::add_merges(const BpeSource& source, SymbolTable& symbols) {
  for (std::uint32_t rank = 0; rank < source.merges.size(); ++rank) {
    const Merge& merge = source.merges[rank];
    const auto left = symbols.find(merge.left), right = symbols.find(merge.right);
    if (left == symbols.end() || right == symbols.end()) {
      const std::string& unknown = left == symbols.end() ? merge.left : merge.right;
      fail(source, fmt::format("{} {}: {} is neither a byte nor made by an earlier merge", source.place,
                               merge.place, excerpt(unknown)));
    }
    const std::uint64_t key = pair_key(left->second, right->second);
    const auto product = symbols.emplace(merge.left + merge.right, static_cast<Symbol>(symbols.size())).first;
    if (!rules_.emplace(key, Rule{rank, product->second}).second) {
      fail(source, fmt::format("{} {}: the merge of {} and {} occurs twice", source.place, merge.place,
                               excerpt(merge.left), excerpt(merge.right)));
    }
  }
}

/// OpenAI's numbering: bytes, bytes at a word's end, merges, start, end.
void Bpe::count_ids(const BpeSource& source, const SymbolTable& symbols) {
  ids_.resize(symbols.size());
  std::int32_t next = 0;
  for (; next < static_cast<std::int32_t>(2 * kByteCount); ++next)
    ids_[static_cast<std::size_t>(next)] = next;
  for (const Merge& merge : source.merges) ids_[symbols.at(merge.left + merge.right)] = next++;
  start_id_ = next++;
  end_id_ = next++;
  vocab_size_ = next;
}

void Bpe::look_up_ids(const BpeSource& source, const SymbolTable& symbols) {
  ids_.resize(symbols.size());
  for (const auto& [token, symbol] : symbols) ids_[symbol] = id_of(source, token);
  start_id_ = id_of(source, std::string(kStartOfText));
  end_id_ = id_of(source, std::string(kEndOfText));
  std::vector<std::int32_t> given;
  given.reserve(source.ids.size());
  for (const auto& entry : source.ids) given.push_back(entry.second);
  std::sort(given.begin(), given.end());
  const auto twice = std::adjacent_find(given.begin(), given.end());
  if (twice != given.end()) fail(source, fmt::format("id {} belongs to two tokens", *twice));
  vocab_size_ = given.back() + 1;
}

/// The symbols of a word as a linked list with a queue of the pairs that can be joined.
struct Bpe::Chain {
  struct Candidate {
    std::uint32_t rank, left;
    std::uint64_t pair;
    Symbol product;
    bool operator>(const Candidate& other) const {
      return std::tie(rank, left) > std::tie(other.rank, other.left);
    }
  };

  Chain(const Bpe& bpe, std::string_view word) : rules(bpe.rules_) {
    const auto size = static_cast<std::uint32_t>(word.size());
    for (std::uint32_t at = 0; at < size; ++at) {
      const auto byte = static_cast<std::uint8_t>(word[at]);
      symbol.push_back(at + 1 == size ? bpe.last_[byte] : bpe.inner_[byte]);
      next.push_back(at + 1 == size ? kNone : at + 1);
      previous.push_back(at == 0 ? kNone : at - 1);
    }
    for (std::uint32_t at = 0; at < size; ++at) offer(at);
  }

  /// Queues the pair that starts at `left` if a rule joins it.
  void offer(std::uint32_t left) {
    if (left == kNone || symbol[left] == kNone || next[left] == kNone) return;
    const std::uint64_t pair = pair_key(symbol[left], symbol[next[left]]);
    const auto rule = rules.find(pair);
    if (rule != rules.end()) queue.push({rule->second.rank, left, pair, rule->second.product});
  }

  void join(const Candidate& candidate) {
    const std::uint32_t left = candidate.left, right = next[left];
    symbol[left] = candidate.product;
    symbol[right] = kNone;
    next[left] = next[right];
    if (next[left] != kNone) previous[next[left]] = left;
  }

  /// Applies the best rule everywhere, left to right, before the pairs that this makes are looked at: a
  /// vocabulary may rank a pair before the merge that makes its parts, and the order then matters.
  void apply_best_rule() {
    const std::uint32_t rank = queue.top().rank;
    changed.clear();
    while (!queue.empty() && queue.top().rank == rank) {
      const Candidate candidate = queue.top();
      queue.pop();
      const std::uint32_t left = candidate.left;
      const bool current = symbol[left] != kNone && next[left] != kNone &&
                           pair_key(symbol[left], symbol[next[left]]) == candidate.pair;
      if (!current) continue;
      join(candidate);
      changed.push_back(left);
    }
    for (const std::uint32_t at : changed) {
      offer(previous[at]);
      offer(at);
    }
  }

  const std::unordered_map<std::uint64_t, Rule>& rules;
  std::vector<Symbol> symbol;  ///< kNone: joined into its left neighbour
  std::vector<std::uint32_t> next, previous;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  std::vector<std::uint32_t> changed;
};

void Bpe::append_ids(std::string_view word, std::vector<std::int32_t>& ids) const {
  if (word.empty()) return;
  Chain chain(*this, word);
  while (!chain.queue.empty()) chain.apply_best_rule();
  for (std::uint32_t at = 0; at != kNone; at = chain.next[at]) ids.push_back(ids_[chain.symbol[at]]);
}

}  // namespace relprompt::text
