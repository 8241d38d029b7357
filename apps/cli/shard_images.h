// The images of a manifest, and the part of a list that falls to a shard.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image_list.h"
#include "options_shard.h"
#include "shards/manifest.h"

namespace relprompt::cli {

/// What a line of a manifest says of the classes of its image.
struct OwnClasses {
  std::vector<std::string> classes, seen;
  std::uint64_t line = 0;  ///< the first that says so
};

/// The images of a run and the list that they are a part of.
struct ShardImages {
  ImageList list;               ///< of the shard; the whole list where there is none
  std::vector<OwnClasses> own;  ///< each once; ListedImage::own counts them from 1
  shards::ListSummary whole;    ///< of all shards
  std::string first;            ///< path of the first image of the whole list; empty without a shard
};

/// Images of the manifest, else of the inputs as list_images has them; with a shard those of it, which may be
/// none. Throws as read_manifest and list_images do; with a shard also the first failure of an input, since
/// all shards must see one list.
ShardImages list_images(const ShardArguments& arguments, const std::vector<std::string>& inputs,
                        const std::optional<shards::Shard>& shard, const std::filesystem::path& output);

}  // namespace relprompt::cli
