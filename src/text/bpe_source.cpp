#include "text/bpe_source.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_excerpt.h"
#include "base/json_read.h"
#include "text/lines.h"
#include "text/unicode.h"

namespace relprompt::text {
namespace {

using nlohmann::json;

constexpr const char* kExpected =
    "expected CLIP's merges.txt, vocab.json with merges.txt, tokenizer.json or bpe_simple_vocab_16e6.txt.gz";

[[noreturn]] void fail(const std::string& name, const std::string& problem) {
  throw Error(ErrorCode::kBadVocabulary, fmt::format("{}: {}", name, problem), kExpected);
}

/// "left right" with one blank between; nullopt for anything else.
std::optional<Merge> split_merge(std::string_view line, std::size_t place) {
  const std::size_t blank = line.find(' ');
  if (blank == 0 || blank == std::string_view::npos || blank + 1 == line.size()) return std::nullopt;
  if (line.find_first_of(" \t", blank + 1) != std::string_view::npos) return std::nullopt;
  return Merge{std::string(line.substr(0, blank)), std::string(line.substr(blank + 1)), place};
}

json parse_json(std::string_view text, const std::string& name, std::size_t max_bytes) {
  constexpr std::size_t kMaxValues = 5 * kMaxMerges;  // a merge is up to three, its token is one more
  constexpr std::size_t kMaxText = 1 << 16;
  json document =
      read_json(text, name, {ErrorCode::kBadVocabulary, max_bytes, kMaxValues, kMaxText, kExpected});
  if (!document.is_object()) fail(name, "expected a JSON object");
  return document;
}

void add_id(TokenIds& ids, const std::string& token, const json& id, const std::string& name) {
  const bool fits = id.is_number_unsigned() && id.get<std::uint64_t>() <= kMaxTokenId;
  if (!fits) {
    fail(name, fmt::format("token {}: expected an id of 0 to {}, found {}", excerpt(token), kMaxTokenId,
                           excerpt(json_excerpt(id))));
  }
  ids[token] = id.get<std::int32_t>();
}

TokenIds read_ids(const json& vocab, const std::string& name) {
  TokenIds ids;
  ids.reserve(vocab.size());
  for (const auto& [token, id] : vocab.items()) add_id(ids, token, id, name);
  if (ids.empty()) fail(name, "an empty vocabulary");
  return ids;
}

const json& member(const json& object, const char* key, json::value_t type, const std::string& name) {
  const auto found = object.find(key);
  if (found == object.end() || found->type() != type) {
    fail(name, fmt::format("\"{}\" is missing or not an {}", key, json(type).type_name()));
  }
  return *found;
}

Merge read_merge(const json& entry, std::size_t place, const std::string& name) {
  if (entry.is_string()) {
    if (auto merge = split_merge(entry.get_ref<const std::string&>(), place)) return *std::move(merge);
  } else if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
    return {entry[0].get<std::string>(), entry[1].get<std::string>(), place};
  }
  fail(name, fmt::format("model.merges entry {}: expected \"left right\" or [\"left\", \"right\"]", place));
}

/// The special tokens may stand only here.
void read_added_tokens(const json& document, BpeSource& source) {
  const auto added = document.find("added_tokens");
  if (added == document.end() || !added->is_array()) return;
  for (const json& token : *added) {
    if (!token.is_object() || !token.contains("content") || !token["content"].is_string() ||
        !token.contains("id")) {
      fail(source.name, "an entry of added_tokens without content and id");
    }
    add_id(source.ids, token["content"].get<std::string>(), token["id"], source.name);
  }
}

}  // namespace

BpeSource parse_merges(std::string_view text, const std::string& name, std::size_t max_merges) {
  BpeSource source;
  source.name = name;
  for (std::size_t line_number = 1; !text.empty() && source.merges.size() < max_merges; ++line_number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || (line_number == 1 && line.find("#version") != std::string_view::npos)) continue;
    auto merge = split_merge(line, line_number);
    if (!merge) fail(name, fmt::format("line {}: expected two parts, found {}", line_number, excerpt(line)));
    source.merges.push_back(*std::move(merge));
  }
  if (source.merges.empty()) fail(name, "no merges");
  return source;
}

TokenIds parse_vocab_json(std::string_view text, const std::string& name) {
  return read_ids(parse_json(text, name, kMaxVocabJsonBytes), name);
}

BpeSource parse_tokenizer_json(std::string_view text, const std::string& name) {
  const json document = parse_json(text, name, kMaxTokenizerJsonBytes);
  const json& model = member(document, "model", json::value_t::object, name);
  const auto suffix = model.find("end_of_word_suffix");
  if (suffix == model.end() || *suffix != "</w>") {
    fail(name, "model.end_of_word_suffix is not \"</w>\": not the tokenizer of a CLIP");
  }
  const json& merges = member(model, "merges", json::value_t::array, name);
  if (merges.empty() || merges.size() > kMaxMerges) {
    fail(name, fmt::format("{} merges, expected 1 to {}", merges.size(), kMaxMerges));
  }
  BpeSource source;
  source.name = name;
  source.place = "model.merges entry";
  source.ids = read_ids(member(model, "vocab", json::value_t::object, name), name);
  source.merges.reserve(merges.size());
  for (std::size_t i = 0; i < merges.size(); ++i) source.merges.push_back(read_merge(merges[i], i + 1, name));
  read_added_tokens(document, source);
  return source;
}

}  // namespace relprompt::text
