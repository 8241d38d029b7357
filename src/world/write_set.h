// A world as files: a folder that the data set kind "folder" reads, with captions and the recipe it was made
// from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "world/set_recipe.h"

namespace relprompt::world {

struct WrittenSet {
  std::uint64_t made = 0;  ///< scenes written by this call
  std::uint64_t kept = 0;  ///< scenes that an earlier call had written
  bool complete = false;   ///< false: the caller stopped it; the same call goes on
};

/// Called after each scene, by one thread at a time. False: begin no more scenes.
using SetProgress = std::function<bool(const WrittenSet& so_far)>;

/// Writes images/{train,val}/00001.png, masks/ alike, captions.jsonl, unseen.txt, README.txt and, last of
/// all, classes.txt; without that file no data set is there to be read. Scene 0 of the world is the first
/// one to train with, and those to test with follow. All bytes are equal for every number of threads. Scenes
/// that relprompt wrote before are kept; `replace` is claim_folder's.
/// Throws Error: as check(recipe) and claim_folder() do, kBadArgument (threads), kNotWritable (also a file
/// that is not relprompt's in the place of one of the set), kDiskFull, kOutOfMemory.
WrittenSet write_set(const std::filesystem::path& folder, const SetRecipe& recipe, int threads,
                     const SetProgress& progress = {}, bool replace = false);

}  // namespace relprompt::world
