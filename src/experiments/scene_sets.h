// The scenes of a suite as data sets on disk, each recipe once.
#pragma once

#include <filesystem>

#include "relprompt/training.h"

#include "world/set_recipe.h"

namespace relprompt::experiments {

/// The folder below `work` of a set.
std::filesystem::path folder_of(const world::SetRecipe& recipe, const std::filesystem::path& work);

/// Makes the set, or what is missing of it; false if the listener asked to stop.
/// Throws Error: as world::write_set.
bool prepare(const world::SetRecipe& recipe, const std::filesystem::path& work, int threads,
             RunListener& listener);

}  // namespace relprompt::experiments
