// The file: kMagic, then for each embedding the length of its text (32 bits), the text, `joint` numbers
// (fp32), and the SHA-256 over all of that and the file's key, as 64 digits.
#include "segmenter/embedding_cache.h"

#include <cmath>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/notes.h"
#include "model/cache_folder.h"
#include "segmenter/class_embeddings.h"

namespace relprompt::segmenter {
namespace {

constexpr std::string_view kMagic = "relprompt text embeddings 1\n";
constexpr std::size_t kChecksum = 64;
// 65,535 classes of a ViT-L/14 take 200 MB. A file beyond this starts afresh.
constexpr std::size_t kMostBytes = std::size_t{256} << 20;

std::string key_of(const TextEncoding& encoding) {
  Sha256 digest;
  const auto add = [&](std::string_view part) {
    digest.update(std::to_string(part.size()) + ":");
    digest.update(part);
  };
  add(kMagic);
  add(encoding.weights);
  add(encoding.settings);
  add(encoding.computation);
  add(std::to_string(encoding.joint));
  add(encoding.truncate ? "cut" : "whole");
  for (const auto& sentence : encoding.templates) add(sentence);
  return digest.hex();
}

}  // namespace

EmbeddingCache::EmbeddingCache(const TextEncoding& encoding)
    : joint_(encoding.joint), key_(key_of(encoding)), folder_(model::cache_folder("text")) {
  rows_ = read();
}

const float* EmbeddingCache::find(const std::string& text) const {
  const auto found = rows_.find(text);
  return found == rows_.end() ? nullptr : found->second.data();
}

EmbeddingCache::Rows EmbeddingCache::read() {
  Rows rows;
  const auto bytes = folder_ ? folder_->read(key_, kMostBytes) : std::nullopt;
  if (!bytes) return rows;
  std::string_view rest = *bytes;
  bool whole = rest.substr(0, kMagic.size()) == kMagic;
  rest.remove_prefix(whole ? kMagic.size() : rest.size());
  while (!rest.empty()) whole = take(rest, rows) && whole;
  if (!whole) {
    damaged_ = true;
    note(fmt::format("{}: text embeddings are damaged and are computed again",
                     (folder_->path() / key_).string()));
  }
  return rows;
}

/// Moves one embedding from the bytes to the rows; false if it cannot be believed. The next one is looked for
/// where the length says, which is nowhere if the length is what was damaged.
bool EmbeddingCache::take(std::string_view& bytes, Rows& rows) const {
  std::uint32_t length = 0;
  const std::size_t numbers = joint_ * sizeof(float);
  if (bytes.size() >= sizeof length) std::memcpy(&length, bytes.data(), sizeof length);
  const std::size_t size = sizeof length + length + numbers;
  if (bytes.size() < size + kChecksum) {
    bytes = {};
    return false;
  }
  const auto entry = bytes.substr(0, size), check = bytes.substr(size, kChecksum);
  bytes.remove_prefix(size + kChecksum);
  std::vector<float> row(joint_);
  std::memcpy(row.data(), entry.data() + sizeof length + length, numbers);
  if (check != checksum(entry) || !are_unit(row, static_cast<std::int64_t>(joint_))) return false;
  rows[std::string(entry.substr(sizeof length, length))] = std::move(row);
  return true;
}

void EmbeddingCache::append(const std::string& text, const std::vector<float>& row,
                            std::string& bytes) const {
  const auto length = static_cast<std::uint32_t>(text.size());
  const std::size_t begin = bytes.size();
  bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += text;
  bytes.append(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(float));
  bytes += checksum(std::string_view(bytes).substr(begin));
}

std::string EmbeddingCache::checksum(std::string_view text_and_row) const {
  Sha256 digest;
  digest.update(key_);
  digest.update(text_and_row);
  return digest.hex();
}

void EmbeddingCache::add(const std::vector<std::string>& texts, const float* rows) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    rows_[texts[i]].assign(rows + i * joint_, rows + (i + 1) * joint_);
  }
  const auto lock = folder_ ? folder_->lock() : std::nullopt;
  if (!lock) return;
  const auto theirs = read();
  rows_.insert(theirs.begin(), theirs.end());
  std::string bytes(kMagic);
  for (const auto& [text, row] : rows_) append(text, row, bytes);
  if (bytes.size() > kMostBytes) {
    bytes = kMagic;
    for (const auto& text : texts) append(text, rows_.at(text), bytes);
  }
  if (bytes.size() <= kMostBytes && folder_->replace(*lock, key_, bytes)) damaged_ = false;
}

}  // namespace relprompt::segmenter
