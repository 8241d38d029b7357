#include "experiments/scene_sets.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "world/write_set.h"

namespace relprompt::experiments {

namespace fs = std::filesystem;

fs::path folder_of(const world::SetRecipe& recipe, const fs::path& work) {
  constexpr std::size_t kDigits = 8;
  Sha256 digest;
  digest.update(world::as_json(recipe));
  return work / "scenes" / fmt::format("seed-{}-{}", recipe.seed, digest.hex().substr(0, kDigits));
}

bool prepare(const world::SetRecipe& recipe, const fs::path& work, int threads, RunListener& listener) {
  const auto folder = folder_of(recipe, work);
  std::error_code ignored;
  if (fs::exists(folder / "classes.txt", ignored)) return true;  // written last
  const auto all = recipe.train + recipe.val;
  const auto progress = [&](const world::WrittenSet& so_far) {
    listener.on_evaluation("making scenes", so_far.made + so_far.kept, all);
    return !listener.stop_requested();
  };
  return world::write_set(folder, recipe, std::max(threads, 1), progress).complete;
}

}  // namespace relprompt::experiments
