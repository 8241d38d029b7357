#include "tar/braces.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "relprompt/error.h"

namespace relprompt::tar {
namespace {

using Words = std::vector<std::string>;

constexpr int kDeepest = 16;             // braces inside braces
constexpr std::size_t kMostDigits = 18;  // of an end of a range: fits 64 bits

[[noreturn]] void too_many(const std::string& word) {
  throw Error(ErrorCode::kBadArgument,
              fmt::format("{}: expected braces that stand for at most {} words", word, kMaxWords),
              "name fewer shards, or list them in a manifest");
}

bool is_number(std::string_view text) {
  const auto digits = text.substr(!text.empty() && text.front() == '-' ? 1 : 0);
  return !digits.empty() && digits.size() <= kMostDigits &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_letter(std::string_view text) {
  return text.size() == 1 && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

bool is_padded(std::string_view number) {
  const auto digits = number.substr(number.front() == '-' ? 1 : 0);
  return digits.size() > 1 && digits.front() == '0';
}

std::vector<std::string_view> split_range(std::string_view text) {
  std::vector<std::string_view> ends;
  while (true) {
    const auto dots = text.find("..");
    ends.push_back(text.substr(0, dots));
    if (dots == std::string_view::npos) return ends;
    text.remove_prefix(dots + 2);
  }
}

std::int64_t number_of(std::string_view text) {
  return std::strtoll(std::string(text).c_str(), nullptr, 10);
}

std::string padded(std::int64_t number, std::size_t width) {
  return fmt::format("{:0{}}", number, width);
}

/// The words of "000..127"; nullopt if it is no range.
std::optional<Words> range_words(std::string_view text, const std::string& word) {
  const auto ends = split_range(text);
  if (ends.size() < 2 || ends.size() > 3 || (ends.size() == 3 && !is_number(ends[2]))) return std::nullopt;
  const bool numbers = is_number(ends[0]) && is_number(ends[1]);
  if (!numbers && !(is_letter(ends[0]) && is_letter(ends[1]))) return std::nullopt;
  const auto first = numbers ? number_of(ends[0]) : ends[0][0];
  const auto last = numbers ? number_of(ends[1]) : ends[1][0];
  const auto given = ends.size() == 3 ? std::abs(number_of(ends[2])) : 1;
  const auto step = std::max<std::int64_t>(given, 1);
  if (std::abs(last - first) / step >= static_cast<std::int64_t>(kMaxWords)) too_many(word);
  const bool pads = numbers && (is_padded(ends[0]) || is_padded(ends[1]));
  const std::size_t width = pads ? std::max(ends[0].size(), ends[1].size()) : 1;
  Words words;
  for (std::int64_t i = 0; i <= std::abs(last - first) / step; ++i) {
    const auto value = first + (last < first ? -i : i) * step;
    words.push_back(numbers ? padded(value, width) : std::string(1, static_cast<char>(value)));
  }
  return words;
}

/// Where the brace that opens at `open` closes, and the commas of its own; npos if it does not close.
std::size_t closing(std::string_view text, std::size_t open, std::vector<std::size_t>& commas) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      if (++depth > kDeepest) return std::string_view::npos;
    } else if (text[i] == '}') {
      if (--depth == 0) return i;
    } else if (text[i] == ',' && depth == 1) {
      commas.push_back(i);
    }
  }
  return std::string_view::npos;
}

class Expansion {
 public:
  explicit Expansion(const std::string& word) : word_(word) {}

  Words of(std::string_view text, int depth) const {
    Words words = {""};
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '{' || text[i + 1] == '}')) {
        add_letter(words, text[++i]);
        continue;
      }
      std::vector<std::size_t> commas;
      const auto end = text[i] == '{' && depth < kDeepest ? closing(text, i, commas) : std::string_view::npos;
      const auto choices =
          end == std::string_view::npos ? std::nullopt : choices_of(text, i, end, commas, depth);
      if (!choices) {
        add_letter(words, text[i]);
        continue;
      }
      words = product(words, *choices);
      i = end;
    }
    return words;
  }

 private:
  std::optional<Words> choices_of(std::string_view text, std::size_t open, std::size_t end,
                                  std::vector<std::size_t> commas, int depth) const {
    if (commas.empty()) return range_words(text.substr(open + 1, end - open - 1), word_);
    commas.push_back(end);
    Words words;
    std::size_t from = open + 1;
    for (const std::size_t comma : commas) {
      for (std::string& choice : of(text.substr(from, comma - from), depth + 1)) {
        if (words.size() == kMaxWords) too_many(word_);
        words.push_back(std::move(choice));
      }
      from = comma + 1;
    }
    return words;
  }

  static void add_letter(Words& words, char letter) {
    for (std::string& word : words) word += letter;
  }

  Words product(const Words& words, const Words& choices) const {
    if (!choices.empty() && words.size() > kMaxWords / choices.size()) too_many(word_);
    Words result;
    result.reserve(words.size() * choices.size());
    for (const std::string& word : words)
      for (const std::string& choice : choices) result.push_back(word + choice);
    return result;
  }

  const std::string& word_;
};

}  // namespace

std::vector<std::string> expand_braces(const std::string& word) {
  constexpr std::size_t kLongest = 4096;  // as a path; the time grows with its square
  if (word.find('{') == std::string::npos || word.size() > kLongest) return {word};
  return Expansion(word).of(word, 0);
}

}  // namespace relprompt::tar
