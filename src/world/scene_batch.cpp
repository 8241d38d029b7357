#include "world/scene_batch.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "world/parallel.h"

namespace relprompt::world {

void fill_batch(std::uint64_t seed, std::uint64_t first, std::uint64_t last, const Options& options,
                int threads, SceneBatch& batch) {
  check(options);
  if (last < first) {
    throw Error(ErrorCode::kBadArgument, fmt::format("scenes {} to {} are no range", first, last));
  }
  const auto count = static_cast<std::size_t>(last - first);
  const auto pixels = static_cast<std::size_t>(options.size) * static_cast<std::size_t>(options.size);
  batch.images.resize(count * pixels * 3);
  batch.labels.resize(count * pixels);
  batch.captions.resize(count);
  batch.shows.assign(count, std::vector<bool>(kClasses, false));
  for_each_index(first, last, threads, [&](std::uint64_t index) {
    const Scene scene = make_scene(seed, index, options);
    const auto at = static_cast<std::size_t>(index - first);
    std::copy(scene.image.rgb.begin(), scene.image.rgb.end(), &batch.images[at * pixels * 3]);
    std::copy(scene.labels.labels.begin(), scene.labels.labels.end(), &batch.labels[at * pixels]);
    batch.captions[at] = caption(scene, index);
    for (const Region& region : scene.objects) batch.shows[at][region.label] = true;
    for (const Region& region : scene.grounds) batch.shows[at][region.label] = true;
  });
}

}  // namespace relprompt::world
