#include "text/word_split.h"

#include <array>
#include <cstddef>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace relprompt::text {
namespace {

constexpr std::array<std::string_view, 7> kContractions = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};

enum class Class { kSpace, kLetter, kNumber, kOther };

Class class_of(UChar32 character) {
  if (character < 0) return Class::kOther;
  if (u_isUWhiteSpace(character)) return Class::kSpace;
  const std::uint32_t category = U_GET_GC_MASK(character);
  if ((category & U_GC_L_MASK) != 0) return Class::kLetter;
  return (category & U_GC_N_MASK) != 0 ? Class::kNumber : Class::kOther;
}

/// Class of the character at `at`, which moves behind it.
Class next_class(std::string_view text, std::size_t& at) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  UChar32 character = 0;
  U8_NEXT(bytes, at, text.size(), character);
  return class_of(character);
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

std::size_t contraction_size(std::string_view text) {
  if (text.front() != '\'') return 0;
  for (const std::string_view contraction : kContractions) {
    if (starts_with(text, contraction)) return contraction.size();
  }
  return 0;
}

/// Bytes of the longest run of one class at the start of the text; of a single character for numbers.
std::size_t run_size(std::string_view text, Class wanted) {
  std::size_t end = 0;
  next_class(text, end);
  if (wanted == Class::kNumber) return end;
  while (end < text.size()) {
    std::size_t next = end;
    if (next_class(text, next) != wanted) break;
    end = next;
  }
  return end;
}

}  // namespace

std::vector<Word> split_words(std::string_view text) {
  std::vector<Word> words;
  while (!text.empty()) {
    std::size_t size = 0;
    const Class first = next_class(text, size);
    WordKind kind = WordKind::kText;
    if (starts_with(text, kStartOfText)) {
      kind = WordKind::kStart;
      size = kStartOfText.size();
    } else if (starts_with(text, kEndOfText)) {
      kind = WordKind::kEnd;
      size = kEndOfText.size();
    } else if (const std::size_t contraction = contraction_size(text)) {
      size = contraction;
    } else if (first != Class::kSpace) {
      size = run_size(text, first);
    }
    if (first != Class::kSpace) words.push_back({kind, text.substr(0, size)});
    text.remove_prefix(size);
  }
  return words;
}

}  // namespace relprompt::text
