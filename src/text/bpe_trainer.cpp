#include "text/bpe_trainer.h"

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "text/byte_alphabet.h"
#include "text/clean.h"
#include "text/word_split.h"

namespace relprompt::text {
namespace {

using Pair = std::pair<std::string, std::string>;

/// A different word of the texts.
struct CountedWord {
  std::vector<std::string> symbols;  ///< in the byte alphabet, the last one with "</w>"
  std::uint64_t count = 0;
};

std::map<std::string, std::uint64_t> count_words(const std::vector<std::string>& texts) {
  std::map<std::string, std::uint64_t> counts;
  for (const std::string& text : texts) {
    const std::string cleaned = clean(text);
    for (const Word& word : split_words(cleaned))
      if (word.kind == WordKind::kText) ++counts[std::string(word.text)];
  }
  return counts;
}

std::vector<std::string> bytes_of(const std::string& word) {
  std::vector<std::string> symbols;
  for (const char byte : word) symbols.push_back(byte_alphabet().character[static_cast<std::uint8_t>(byte)]);
  symbols.back() += "</w>";
  return symbols;
}

/// Words with the counts of all pairs in them, kept up to date word by word: joining one pair changes few
/// words.
class PairTable {
 public:
  explicit PairTable(const std::map<std::string, std::uint64_t>& counts) {
    for (const auto& [word, count] : counts) words_.push_back({bytes_of(word), count});
    for (std::size_t at = 0; at < words_.size(); ++at) add(at);
  }

  bool empty() const { return counts_.empty(); }

  /// The commonest pair, the first in byte order of several.
  Pair best() const {
    auto best = counts_.begin();
    for (auto entry = counts_.begin(); entry != counts_.end(); ++entry)
      if (entry->second > best->second) best = entry;
    return best->first;
  }

  void join(const Pair& pair) {
    const std::set<std::size_t> changed = places_.at(pair);  // a copy: places_ changes below
    for (const std::size_t at : changed) {
      remove(at);
      join(pair, words_[at].symbols);
      add(at);
    }
  }

 private:
  /// From left to right, as Bpe does.
  static void join(const Pair& pair, std::vector<std::string>& symbols) {
    std::vector<std::string> joined;
    for (std::size_t at = 0; at < symbols.size(); ++at) {
      const bool found =
          at + 1 < symbols.size() && symbols[at] == pair.first && symbols[at + 1] == pair.second;
      joined.push_back(found ? pair.first + pair.second : symbols[at]);
      if (found) ++at;
    }
    symbols = std::move(joined);
  }

  void add(std::size_t at) {
    const CountedWord& word = words_[at];
    for (std::size_t i = 0; i + 1 < word.symbols.size(); ++i) {
      const Pair pair(word.symbols[i], word.symbols[i + 1]);
      counts_[pair] += word.count;
      places_[pair].insert(at);
    }
  }

  void remove(std::size_t at) {
    const CountedWord& word = words_[at];
    for (std::size_t i = 0; i + 1 < word.symbols.size(); ++i) {
      const Pair pair(word.symbols[i], word.symbols[i + 1]);
      const auto count = counts_.find(pair);
      count->second -= word.count;
      places_[pair].erase(at);
      if (count->second > 0) continue;
      counts_.erase(count);
      places_.erase(pair);
    }
  }

  std::vector<CountedWord> words_;
  std::map<Pair, std::uint64_t> counts_;          ///< no zeros
  std::map<Pair, std::set<std::size_t>> places_;  ///< words that hold the pair
};

}  // namespace

std::vector<Merge> train_bpe(const std::vector<std::string>& texts, std::size_t most) {
  if (most > kClipMerges) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} merges; a list without ids is read up to {}", most, kClipMerges));
  }
  PairTable table(count_words(texts));
  std::vector<Merge> merges;
  std::set<Pair> learnt;
  while (merges.size() < most && !table.empty()) {
    const Pair pair = table.best();
    table.join(pair);
    // Two merges may make the same token, and then a pair that was joined everywhere can come back.
    if (!learnt.insert(pair).second) continue;
    merges.push_back({pair.first, pair.second, merges.size() + 2});  // its line below "#version"
  }
  return merges;
}

std::string merges_text(const std::vector<Merge>& merges) {
  std::string text = "#version: 0.2\n";
  for (const Merge& merge : merges) text += fmt::format("{} {}\n", merge.left, merge.right);
  return text;
}

}  // namespace relprompt::text
