// Text embeddings kept on disk: one safetensors file for each text tower and set of templates.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace relprompt::segmenter {

/// Embeddings by text. A file that is absent, damaged or of another width counts as empty; one that cannot be
/// written is skipped: a cache may cost time, never an answer.
class EmbeddingCache {
 public:
  /// key names the tower, the templates and how texts are cut, see EmbeddingCache::key.
  EmbeddingCache(const std::string& key, std::int64_t joint);

  /// A file name from the hash of the text tower's tensors, the templates and the truncation rule.
  static std::string key(const std::string& tower_hash, const std::vector<std::string>& templates,
                         bool truncate);

  /// Row [E] of a name, undefined if it is not there.
  torch::Tensor find(const std::string& name) const;

  /// Adds rows [n, E] fp32 for n names and rewrites the file.
  void add(const std::vector<std::string>& names, const torch::Tensor& rows);

 private:
  void load();

  std::filesystem::path file_;
  std::int64_t joint_;
  std::map<std::string, torch::Tensor> rows_;
};

}  // namespace relprompt::segmenter
