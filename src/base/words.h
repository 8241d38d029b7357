// The words that files and command lines have for the values of an enum: one table an enum, for both
// directions.
//
//   constexpr Word<Merge> kMergeWords[] = {{Merge::kAddition, "addition"}, ...};
//   name_of(kMergeWords, merge), value_of(kMergeWords, "addition", "'merge'"), fields.choice("merge", ...,
//   kMergeWords)
//
// A word stands beside its value, so neither the order of the enum nor that of the table means anything. A
// value may have several words, of which the first is written and all are read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relprompt/error.h"

namespace relprompt {

template <typename Enum>
struct Word {
  Enum value;
  const char* name;
};

/// The first word of a value. Throws Error(kInternal) for a value that the table lacks.
template <typename Enum, std::size_t N>
std::string name_of(const Word<Enum> (&words)[N], Enum value) {
  for (const auto& word : words) {
    if (word.value == value) return word.name;
  }
  throw Error(ErrorCode::kInternal, "no word for the value " + std::to_string(static_cast<int>(value)));
}

/// The value of a word; nullopt if the table lacks it.
template <typename Enum, std::size_t N>
std::optional<Enum> find_value(const Word<Enum> (&words)[N], std::string_view name) {
  for (const auto& word : words) {
    if (name == word.name) return word.value;
  }
  return std::nullopt;
}

/// All words, in the order of the table.
template <typename Enum, std::size_t N>
std::vector<std::string> names_of(const Word<Enum> (&words)[N]) {
  std::vector<std::string> names;
  for (const auto& word : words) names.emplace_back(word.name);
  return names;
}

/// Throws an Error of this code: `what` should be one of the names; with the nearest one.
[[noreturn]] void refuse_word(std::string_view found, const std::vector<std::string>& names,
                              const std::string& what, ErrorCode code);

/// The value of a word. Throws as refuse_word.
template <typename Enum, std::size_t N>
Enum value_of(const Word<Enum> (&words)[N], std::string_view name, const std::string& what,
              ErrorCode code = ErrorCode::kBadArgument) {
  if (const auto value = find_value(words, name)) return *value;
  refuse_word(name, names_of(words), what, code);
}

}  // namespace relprompt
