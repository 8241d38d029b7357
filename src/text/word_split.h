// Cutting clean text into the words that BPE works on, as CLIP's regular expression does.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace relprompt::text {

enum class WordKind : std::uint8_t { kText, kStart, kEnd };

struct Word {
  WordKind kind;
  std::string_view text;
};

constexpr std::string_view kStartOfText = "<|startoftext|>";
constexpr std::string_view kEndOfText = "<|endoftext|>";

/// Cuts clean (valid, lower-case) UTF-8. At each place the first that fits: one of the two special tokens; an
/// English contraction ('s 't 're 've 'm 'll 'd); a run of letters; one number character; a run of anything
/// else but white space. White space separates and is dropped. The views point into `text`.
std::vector<Word> split_words(std::string_view text);

}  // namespace relprompt::text
