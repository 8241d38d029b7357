#include "text/tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "text/clean.h"
#include "text/unicode.h"
#include "text/word_split.h"

namespace relprompt::text {

Tokenizer Tokenizer::load(const std::filesystem::path& file_or_folder) {
  return Tokenizer(read_tokenizer_files(file_or_folder));
}

Tokenizer::Tokenizer(const BpeSource& source) : bpe_(source) {}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text) const {
  const std::string cleaned = clean(text);
  std::vector<std::int32_t> ids;
  for (const Word& word : split_words(cleaned)) {
    switch (word.kind) {
      case WordKind::kText:
        bpe_.append_ids(word.text, ids);
        break;
      case WordKind::kStart:
        ids.push_back(start_token());
        break;
      case WordKind::kEnd:
        ids.push_back(end_token());
        break;
    }
  }
  return ids;
}

std::vector<std::int32_t> Tokenizer::tokens(std::string_view text, int context_length, bool truncate) const {
  if (context_length < 2) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("context length {}: start and end alone take 2 tokens", context_length));
  }
  const auto length = static_cast<std::size_t>(context_length);
  std::vector<std::int32_t> ids = encode(text);
  if (ids.size() + 2 > length && !truncate) {
    throw Error(ErrorCode::kTextTooLong,
                fmt::format("text {} takes {} tokens with start and end; the model reads at most {}",
                            excerpt(text), ids.size() + 2, length),
                "shorten it, or allow truncation (--truncate)");
  }
  ids.resize(std::min(ids.size(), length - 2));
  ids.insert(ids.begin(), start_token());
  ids.push_back(end_token());
  ids.resize(length, 0);
  return ids;
}

}  // namespace relprompt::text
