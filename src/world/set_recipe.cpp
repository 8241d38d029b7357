#include "world/set_recipe.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/json_excerpt.h"
#include "base/json_read.h"
#include "base/own_files.h"
#include "base/temporaries.h"
#include "world/names.h"

namespace relprompt::world {
namespace {

namespace fs = std::filesystem;

/// Raised whenever the same recipe gives other images, so that no set is finished by another program.
constexpr int kWorldVersion = 1;
constexpr std::size_t kMaxRecipe = 1 << 16;  ///< bytes

/// The start of the file, far more than a recipe has; empty if it cannot be read.
std::string read_start(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMaxRecipe, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

/// The first name in the folder; empty if there is none, or no folder. Hidden files are nothing: a command
/// that was killed before the recipe was whole leaves some.
std::string first_name(const fs::path& folder) {
  std::error_code problem;
  if (fs::symlink_status(folder, problem).type() == fs::file_type::not_found) return "";
  std::string first;
  fs::directory_iterator entry(folder, problem);
  for (; !problem && entry != fs::directory_iterator(); entry.increment(problem)) {
    const auto name = entry->path().filename().string();
    if (name.front() != '.' && (first.empty() || name < first)) first = name;
  }
  if (problem) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("{} cannot be used as a folder: {}", folder.string(), problem.message()));
  }
  return first;
}

/// Removes another set that is relprompt's own as a whole.
void remove_set(const fs::path& folder) {
  if (const auto foreign = foreign_in(folder)) refuse_foreign(*foreign);
  remove_own_folder(folder);
}

/// "seed 3 there, 4 asked for" of the first difference.
std::string difference(const nlohmann::json& there, const nlohmann::json& wanted) {
  for (const auto& [key, value] : wanted.items()) {
    const nlohmann::json other = there.is_object() && there.contains(key) ? there.at(key) : nlohmann::json();
    if (other != value)
      return fmt::format("{} {} there, {} asked for", key, json_excerpt(other), value.dump());
  }
  return "a key more than this program writes";
}

}  // namespace

void check(const SetRecipe& recipe) {
  check(recipe.options);
  class_list(recipe.split);
  const bool in_range = recipe.train <= kMostScenes && recipe.val <= kMostScenes;
  const std::uint64_t scenes = in_range ? recipe.train + recipe.val : 0;
  if (scenes < 1 || scenes > kMostScenes) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} scenes to train and {} to test; expected 1 to {} in all", recipe.train,
                            recipe.val, kMostScenes));
  }
}

std::string as_json(const SetRecipe& recipe) {
  const Options& options = recipe.options;
  nlohmann::ordered_json document = {
      {"format", "relprompt world"},
      {"version", kWorldVersion},
      {"seed", recipe.seed},
      {"train", recipe.train},
      {"val", recipe.val},
      {"size", options.size},
      {"min_objects", options.min_objects},
      {"max_objects", options.max_objects},
      {"two_grounds", options.two_grounds},
      {"noise", options.noise},
      {"split", recipe.split},
  };
  return document.dump(2) + "\n";
}

void claim_folder(const fs::path& folder, const SetRecipe& recipe, bool replace) {
  const std::string wanted = as_json(recipe);
  sweep_temporaries(folder);  // killed at its first file, the command left nothing else
  const std::string first = first_name(folder);
  if (first.empty()) {
    write_file(folder / kRecipeFile, wanted);
    return;
  }
  const std::string there = read_start(folder / kRecipeFile);
  if (there == wanted) return;
  if (there.empty()) {
    throw Error(ErrorCode::kNotWritable,
                fmt::format("{} is not empty ({}) and no set of the world", folder.string(), first),
                "name a folder that does not exist yet");
  }
  if (replace) {
    remove_set(folder);
    write_file(folder / kRecipeFile, wanted);
    return;
  }
  const auto document = try_read_json(there);
  throw Error(ErrorCode::kNotWritable,
              fmt::format("{} is of another set: {}", (folder / kRecipeFile).string(),
                          difference(document, nlohmann::json(reread_json(wanted)))),
              "the same options finish an interrupted set; name a new folder for another one, or --force "
              "replaces it");
}

}  // namespace relprompt::world
