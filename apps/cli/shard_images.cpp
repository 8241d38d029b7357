#include "shard_images.h"

#include <map>
#include <utility>

#include "shards/list_summary.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

ListedImage listed(const shards::ManifestImage& image, const fs::path& output) {
  ListedImage result;
  result.path = image.image;
  result.input = image.image;
  result.stem = output / image.id;
  result.below = image.id;
  result.name = image.id + result.path.extension().string();
  result.part = output / kPartsFolder / image.id;
  result.at = image.at;
  return result;
}

ShardImages list_manifest(const std::string& file, const shards::Shard& shard, const fs::path& output) {
  auto manifest = shards::read_manifest(file, shard);
  ShardImages result;
  std::map<std::pair<std::vector<std::string>, std::vector<std::string>>, std::size_t> known;
  for (const auto& image : manifest.images) {
    result.list.images.push_back(listed(image, output));
    if (image.classes.empty() && image.seen.empty()) continue;
    const auto [own, is_new] = known.emplace(std::pair(image.classes, image.seen), known.size() + 1);
    if (is_new) result.own.push_back({image.classes, image.seen, image.line});
    result.list.images.back().own = own->second;
  }
  result.whole = std::move(manifest.list);
  result.first = std::move(manifest.first);
  return result;
}

}  // namespace

ShardImages list_images(const ShardArguments& arguments, const std::vector<std::string>& inputs,
                        const std::optional<shards::Shard>& shard, const fs::path& output) {
  if (!arguments.manifest.empty())
    return list_manifest(arguments.manifest, shard.value_or(shards::Shard()), output);
  ShardImages result;
  result.list = list_images(inputs, output);
  if (!shard) return result;
  if (!result.list.failures.empty()) {
    const Failure& failure = result.list.failures.front();
    throw Error(failure.code, failure.message);
  }
  if (!result.list.images.empty()) result.first = result.list.images.front().input;
  shards::ListSummer summer;
  std::vector<ListedImage> own;
  for (ListedImage& image : result.list.images) {
    summer.add(image.below, image.at);
    if (shard->takes(image.below)) own.push_back(std::move(image));
  }
  result.list.images = std::move(own);
  result.whole = summer.summary();
  return result;
}

}  // namespace relprompt::cli
