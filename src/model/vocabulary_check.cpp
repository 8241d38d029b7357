#include "model/vocabulary_check.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "text/clean.h"
#include "text/word_split.h"

namespace relprompt::model {
namespace {

/// Digits and signs are no words; any byte above ASCII belongs to a letter here, or to something just as
/// strange to a model that was never shown it.
bool has_letter(std::string_view word) {
  return std::any_of(word.begin(), word.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

std::vector<std::string> unknown_words(const std::vector<std::string>& known, const ClassList& classes) {
  std::vector<std::string> unknown;
  if (known.empty()) return unknown;
  std::set<std::string, std::less<>> told(known.begin(), known.end());
  for (const auto& names : classes.names) {
    for (const auto& name : names) {
      const auto cleaned = text::clean(name);
      for (const auto& word : text::split_words(cleaned)) {
        if (has_letter(word.text) && told.emplace(word.text).second) unknown.emplace_back(word.text);
      }
    }
  }
  return unknown;
}

}  // namespace relprompt::model
