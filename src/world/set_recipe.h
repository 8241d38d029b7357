// What a written set was made from. The recipe lies in the set as world.json: it says how to make the set
// again, and lets an interrupted command go on without mixing two worlds in one folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "world/options.h"

namespace relprompt::world {

struct SetRecipe {
  std::uint64_t seed = 0;
  std::uint64_t train = 400, val = 100;  ///< scenes; 1 to kMostScenes together
  Options options;
  std::string split = "compositional";  ///< one of splits()
};

constexpr std::uint64_t kMostScenes = 1'000'000;
constexpr const char* kRecipeFile = "world.json";

/// Throws Error(kBadArgument): options, numbers of scenes, split.
void check(const SetRecipe& recipe);

/// The text of world.json.
std::string as_json(const SetRecipe& recipe);

/// Makes the folder ready: a new or empty one gets the recipe, one with the same recipe stays as it is. With
/// `replace` one with another set is emptied, if everything in it is relprompt's own (base/own_files.h).
/// Throws Error: kNotWritable for a folder that holds anything else or, without `replace`, another set.
void claim_folder(const std::filesystem::path& folder, const SetRecipe& recipe, bool replace = false);

}  // namespace relprompt::world
