#include "segmenter/embedding_cache.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "base/hash.h"
#include "base/json_read.h"
#include "segmenter/cache_folder.h"

namespace relprompt::segmenter {
namespace {

// Beyond this the file starts afresh: no list of classes is longer than a label can count.
constexpr std::size_t kMostRows = 100'000;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;  // of all names

}  // namespace

std::string EmbeddingCache::key(const std::string& tower_hash, const std::vector<std::string>& templates,
                                bool truncate) {
  Sha256 digest;
  digest.update(tower_hash);
  digest.update(truncate ? "cut" : "whole");
  for (const auto& sentence : templates) {
    digest.update(std::to_string(sentence.size()) + ":");
    digest.update(sentence);
  }
  return digest.hex();
}

EmbeddingCache::EmbeddingCache(const std::string& key, std::int64_t joint)
    : file_(cache_folder() / "text" / (key + ".safetensors")), joint_(joint) {
  try {
    load();
  } catch (const std::exception&) {
    rows_.clear();
  }
}

void EmbeddingCache::load() {
  const auto archive = archive::open_safetensors(file_);
  const auto* rows = archive->find("embeddings");
  const JsonRules rules = {ErrorCode::kBadHeader, kMostBytes, kMostRows + 1};
  const auto names =
      read_json(archive->metadata().at("texts"), file_.string(), rules).get<std::vector<std::string>>();
  const auto count = static_cast<std::int64_t>(names.size());
  const bool fits = rows != nullptr && rows->dtype == archive::DType::kF32 &&
                    rows->shape == std::vector<std::int64_t>{count, joint_};
  if (!fits) return;
  auto all = torch::empty({count, joint_});
  std::memcpy(all.data_ptr(), rows->data, rows->bytes);
  for (std::int64_t i = 0; i < count; ++i) rows_[names[static_cast<std::size_t>(i)]] = all[i];
}

torch::Tensor EmbeddingCache::find(const std::string& name) const {
  const auto found = rows_.find(name);
  return found == rows_.end() ? torch::Tensor() : found->second;
}

void EmbeddingCache::add(const std::vector<std::string>& names, const torch::Tensor& rows) {
  if (rows_.size() + names.size() > kMostRows) rows_.clear();
  for (std::size_t i = 0; i < names.size(); ++i) rows_[names[i]] = rows[static_cast<std::int64_t>(i)];
  nlohmann::json texts = nlohmann::json::array();
  std::vector<torch::Tensor> parts;
  for (const auto& [name, row] : rows_) {
    texts.push_back(name);
    parts.push_back(row);
  }
  const auto all = torch::stack(parts).contiguous();
  const archive::TensorView view = {"embeddings",
                                    archive::DType::kF32,
                                    {all.size(0), all.size(1)},
                                    static_cast<const std::byte*>(all.data_ptr()),
                                    all.nbytes()};
  try {
    archive::write_safetensors(file_, {view}, {{"texts", texts.dump()}});
  } catch (const Error&) {
    // See the class comment.
  }
}

}  // namespace relprompt::segmenter
