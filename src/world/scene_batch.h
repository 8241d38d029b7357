// Many scenes at once, for training without files.
#pragma once

#include <cstdint>
#include <vector>

#include "world/caption.h"
#include "world/options.h"
#include "world/scene.h"

namespace relprompt::world {

/// Scenes one behind the other. The vectors keep their memory from batch to batch.
struct SceneBatch {
  std::vector<std::uint8_t> images;   ///< [scene, row, column, RGB]
  std::vector<std::uint16_t> labels;  ///< [scene, row, column]
  std::vector<Caption> captions;      ///< [scene] caption(scene, index)
  /// [scene][class] the class is seen: a caption whose labels are all set is true of that scene.
  std::vector<std::vector<bool>> shows;
};

/// Scenes first to last - 1 of the world `seed`; equal for every number of threads. Throws Error:
/// kBadArgument (as check(options) does, last below first, threads), kOutOfMemory.
void fill_batch(std::uint64_t seed, std::uint64_t first, std::uint64_t last, const Options& options,
                int threads, SceneBatch& batch);

}  // namespace relprompt::world
