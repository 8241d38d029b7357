// Names of many shards in one word, as WebDataset writes them: "shards/{000..127}.tar".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace relprompt::tar {

/// Most words that one expands to.
constexpr std::size_t kMaxWords = 1'000'000;

/// What bash and Python's braceexpand make of a word: {000..127} with as many digits as the longer end where
/// one begins with 0, {0..8..2} in steps, {a..e}, {train,val}, one inside another. A brace that is none of
/// these, such as {x}, stays as it is; \{ is a brace of the name. Throws Error(kBadArgument) for more than
/// kMaxWords.
std::vector<std::string> expand_braces(const std::string& word);

}  // namespace relprompt::tar
