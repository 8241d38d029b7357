// Shard names come from outside: they must not lead out of the index's folder.
#include "archive/shard_index.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/quote.h"
#include "archive/single_file.h"
#include "base/json_read.h"
#include "base/paths.h"
#include "base/read_file.h"

namespace relprompt::archive {
namespace {

using WeightMap = std::map<std::string, std::string>;  // tensor -> shard

// The largest published models have some hundreds.
constexpr std::size_t kMaxShards = 2048;
// The largest published indexes have some hundred kilobytes.
constexpr std::size_t kMaxIndexBytes = std::size_t{32} << 20;

bool is_plain_file_name(const std::string& name) {
  const bool special = name.empty() || name == "." || name == "..";
  return !special && name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

/// Keeps what stands under "weight_map" and lets the rest pass.
class IndexVisitor final : public JsonVisitor {
 public:
  explicit IndexVisitor(const std::string& source) : source_(source) {}

  void begin_object() override {
    if (in_map()) refuse_shard();
    if (level_ == 1 && key_ == kWeightMap && std::exchange(found_, true)) refuse_twice();
    ++level_;
  }
  void end_object() override { --level_; }
  void begin_array() override {
    if (in_map()) refuse_shard();
    ++level_;
  }
  void end_array() override { --level_; }
  void key(std::string& key) override {
    if (level_ == 1) section_ = key;
    key_ = std::move(key);
  }
  void text(std::string& text) override {
    if (!in_map()) return;
    if (!is_plain_file_name(text)) refuse_shard();
    if (!shards_.emplace(key_, std::move(text)).second) refuse_twice();
  }
  void scalar(const nlohmann::json& /*value*/) override {
    if (in_map()) refuse_shard();
  }

  WeightMap take() {
    if (found_) return std::move(shards_);
    throw Error(ErrorCode::kBadHeader, fmt::format("{}: no index of shards: it has no weight_map", source_),
                "give the model's folder, or an index such as model.safetensors.index.json");
  }

 private:
  static constexpr const char* kWeightMap = "weight_map";

  bool in_map() const { return found_ && level_ == 2 && section_ == kWeightMap; }
  [[noreturn]] void refuse_shard() const {
    throw Error(ErrorCode::kBadHeader,
                fmt::format("{}: the shard of tensor {} is no plain file name", source_, quote(key_)));
  }

  [[noreturn]] void refuse_twice() const {
    throw Error(ErrorCode::kDuplicateName, fmt::format("{}: {} occurs twice", source_, quote(key_)));
  }

  const std::string& source_;
  std::size_t level_ = 0;
  std::string section_, key_;  ///< the last key of the outermost object, and of any
  bool found_ = false;
  WeightMap shards_;
};

WeightMap read_index(const std::filesystem::path& path) {
  const FileBytes file = read_file(path, {kMaxIndexBytes, ErrorCode::kBadHeader, ErrorCode::kModelNotFound});
  const std::string source = path.string();
  IndexVisitor visitor(source);
  walk_json(file.text(), source, {ErrorCode::kBadHeader, kMaxIndexBytes, kMaxIndexBytes}, visitor);
  return visitor.take();
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
    if (!path_exists(path)) {
      throw Error(ErrorCode::kModelNotFound,
                  fmt::format("{}: the shard {} is missing from its folder", index.string(), quote(name)),
                  "fetch all files of the checkpoint");
    }
    auto shard = open_single_file(path);
    format_ = shard->format() + " shards";
    files_.insert(files_.end(), shard->files().begin(), shard->files().end());
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
