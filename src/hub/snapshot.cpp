#include "hub/snapshot.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/json_read.h"
#include "base/paths.h"
#include "base/printable.h"

namespace relprompt::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIndex = std::size_t{32} << 20, kMaxShards = 2048;

/// A config.json of the transformers library, or of ours. Others, such as those of timm, belong to weights
/// that are no CLIP and only lie beside one.
bool names_its_model(const fs::path& config) {
  const auto document = try_read_json_file(config, {});
  return document.is_object() && (document.contains("model_type") || document.contains("format") ||
                                  document.contains("text_config") || document.contains("architectures"));
}

}  // namespace

std::vector<std::string> shards_of(const fs::path& index) {
  const JsonRules rules = {ErrorCode::kBadHeader, kMaxIndex, kMaxIndex};
  const auto document = read_json_file(index, rules, ErrorCode::kModelNotFound);
  const auto map = document.is_object() ? document.find("weight_map") : document.end();
  if (map == document.end() || !map->is_object())
    throw Error(ErrorCode::kBadHeader, fmt::format("{}: no index of shards", index.string()));
  std::set<std::string> shards;
  for (const auto& shard : *map) {
    const auto name = shard.is_string() ? shard.get<std::string>() : "";
    if (!is_safe_path(name) || name.find('/') != std::string::npos) {
      throw Error(ErrorCode::kBadHeader, fmt::format("{}: a shard is no plain file name: {}", index.string(),
                                                     printable(name.substr(0, 100))));
    }
    shards.insert(name);
  }
  if (shards.size() > kMaxShards)
    throw Error(ErrorCode::kBadHeader, fmt::format("{}: more than {} shards", index.string(), kMaxShards));
  return {shards.begin(), shards.end()};
}

fs::path Snapshot::place() const {
  const bool of_open_clip =
      is_file(folder / "open_clip_config.json") && wanted.weights.rfind("open_clip_", 0) == 0;
  const bool folder_form = of_open_clip || wanted.weights == "clip.safetensors" ||
                           wanted.weights == "model.safetensors" || wanted.weights == "pytorch_model.bin" ||
                           wanted.index;
  return folder_form ? folder : folder / wanted.weights;
}

std::optional<Snapshot> find_snapshot(const HubName& name) {
  const RepositoryFolder repository(name.repository);
  const auto commit = repository.commit_of(name.revision);
  if (!commit) return std::nullopt;
  Snapshot snapshot;
  snapshot.commit = *commit;
  snapshot.folder = repository.snapshot(*commit);
  if (!name.subfolder.empty()) snapshot.folder /= name.subfolder;
  if (!is_folder(snapshot.folder)) return std::nullopt;

  std::vector<std::string> others;
  std::error_code problem;
  for (fs::directory_iterator entry(snapshot.folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    const auto file = entry->path();
    if ((file.extension() == ".pt" || file.extension() == ".pth") && is_file(file))
      others.push_back(file.filename().string());
  }
  const auto look = [&](const std::string& file) {
    if (is_file(snapshot.folder / file)) return Presence::kThere;
    return is_file(repository.absent(*commit) / name.path_of(file)) ? Presence::kAbsent : Presence::kUnknown;
  };
  auto& wanted = snapshot.wanted;
  wanted = choose_files(look, others);
  if (wanted.index) {
    snapshot.shards = shards_of(snapshot.folder / wanted.weights);
    for (const auto& shard : snapshot.shards) {
      if (!is_file(snapshot.folder / shard)) wanted.unknown.push_back(shard);
    }
  }
  const bool all_shards = std::none_of(snapshot.shards.begin(), snapshot.shards.end(),
                                       [&](const auto& shard) { return !is_file(snapshot.folder / shard); });
  const bool hugging_face =
      wanted.weights == "model.safetensors" || wanted.weights == "pytorch_model.bin" || wanted.index;
  const auto config = snapshot.folder / "config.json";
  snapshot.doubtful = hugging_face && look("open_clip_config.json") == Presence::kUnknown &&
                      is_file(config) && !names_its_model(config);
  snapshot.usable = !wanted.weights.empty() && all_shards && !snapshot.doubtful;
  snapshot.complete = snapshot.usable && wanted.unknown.empty();
  return snapshot;
}

}  // namespace relprompt::hub
