// Learning a byte pair vocabulary from texts, for text towers that are trained here and not CLIP's own.
//
//   const auto merges = train_bpe(captions, 1000);
//   write_file(folder / "merges.txt", merges_text(merges));   // what Tokenizer::load reads
//
// The pair that occurs most often becomes a token, again and again, as in Sennrich et al. (2016). Words are
// cut as the tokenizer cuts them, so no merge is learnt that it could not apply.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "text/bpe_source.h"

namespace relprompt::text {

/// At most `most` merges (at most kClipMerges, so that all of them are read back), lowest rank first; fewer
/// if every word has become one token. Of pairs that occur equally often the first in byte order is taken, so
/// the result depends on nothing but the texts, whatever their order. A pair that occurs once is learnt too:
/// small sets of words should end as one token a word. Throws Error: kBadArgument (`most`), kTextTooLong.
std::vector<Merge> train_bpe(const std::vector<std::string>& texts, std::size_t most);

/// The merges as a merges.txt.
std::string merges_text(const std::vector<Merge>& merges);

}  // namespace relprompt::text
