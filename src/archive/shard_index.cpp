// Shard names come from outside: they must not lead out of the index's folder.
#include "archive/shard_index.h"

#include <algorithm>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/json_text.h"
#include "archive/quote.h"
#include "archive/single_file.h"
#include "base/mapped_file.h"

namespace relprompt::archive {
namespace {

using WeightMap = std::map<std::string, std::string>;  // tensor -> shard

// The largest published models have some hundreds.
constexpr std::size_t kMaxShards = 2048;

bool is_plain_file_name(const std::string& name) {
  const bool special = name.empty() || name == "." || name == "..";
  return !special && name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

WeightMap read_index(const std::filesystem::path& path) {
  const MappedFile file(path, ErrorCode::kModelNotFound);
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const nlohmann::json json = parse_json(text, path.string());
  const auto found = json.is_object() ? json.find("weight_map") : json.end();
  if (found == json.end() || !found->is_object()) {
    throw Error(ErrorCode::kBadHeader,
                fmt::format("{}: no index of shards: it has no weight_map", path.string()),
                "give the model's folder, or an index such as model.safetensors.index.json");
  }
  WeightMap shards;
  for (const auto& [tensor, shard] : found->items()) {
    if (!shard.is_string() || !is_plain_file_name(shard.get_ref<const std::string&>())) {
      throw Error(ErrorCode::kBadHeader, fmt::format("{}: the shard of tensor {} is no plain file name",
                                                     path.string(), quote(tensor)));
    }
    shards.emplace(tensor, shard.get<std::string>());
  }
  return shards;
}

class ShardedArchive final : public TensorArchive {
 public:
  explicit ShardedArchive(const std::filesystem::path& index) {
    const WeightMap weight_map = read_index(index);
    for (const auto& [tensor, shard] : weight_map) open_shard(index, shard);
    for (const auto& [tensor, shard] : weight_map) {
      if (shards_.at(shard)->find(tensor) != nullptr) continue;
      throw Error(ErrorCode::kTensorMismatch, fmt::format("{}: tensor {} is missing from its shard {}",
                                                          index.string(), quote(tensor), quote(shard)));
    }
    std::sort(tensors_.begin(), tensors_.end(),
              [](const TensorView& a, const TensorView& b) { return a.name < b.name; });
    for (std::size_t i = 1; i < tensors_.size(); ++i) {
      if (tensors_[i].name != tensors_[i - 1].name) continue;
      throw Error(ErrorCode::kDuplicateName,
                  fmt::format("{}: tensor {} is in two shards", index.string(), quote(tensors_[i].name)));
    }
  }

  void release_pages() const noexcept override {
    for (const auto& shard : shards_) shard.second->release_pages();
  }

 private:
  void open_shard(const std::filesystem::path& index, const std::string& name) {
    if (shards_.count(name) > 0) return;
    if (shards_.size() >= kMaxShards) {
      throw Error(ErrorCode::kBadHeader, fmt::format("{}: more than {} shards", index.string(), kMaxShards));
    }
    const std::filesystem::path path = index.parent_path() / name;
    if (!std::filesystem::exists(path)) {
      throw Error(ErrorCode::kModelNotFound,
                  fmt::format("{}: the shard {} is missing from its folder", index.string(), quote(name)),
                  "fetch all files of the checkpoint");
    }
    auto shard = open_single_file(path);
    format_ = shard->format() + " shards";
    tensors_.insert(tensors_.end(), shard->tensors().begin(), shard->tensors().end());
    shards_.emplace(name, std::move(shard));
  }

  std::map<std::string, std::unique_ptr<TensorArchive>> shards_;
};

}  // namespace

std::unique_ptr<TensorArchive> open_shards(const std::filesystem::path& index) {
  return std::make_unique<ShardedArchive>(index);
}

}  // namespace relprompt::archive
