// A hand-made vocabulary of five merges, in every file format, for tests that need no download.
#pragma once

#include <filesystem>
#include <string>

namespace relprompt::test {

/// "c a", "ca t</w>", "a t</w>", "d o", "do g</w>" under a version line: ids 512 to 516, start 517, end 518.
extern const char* const kTinyMerges;

/// vocab.json with the same tokens, but the ids of the merges in other places: "cat</w>" is 600.
std::string tiny_vocab_json();

/// tokenizer.json with the ids of tiny_vocab_json, merges as "left right" or as ["left", "right"].
std::string tiny_tokenizer_json(bool merges_as_pairs);

/// gzip bytes of a text.
std::string gzip(const std::string& text);

}  // namespace relprompt::test
