// Names of patches: the most frequent of their pixels, thresholds, sizes that are no multiple of the patch.
#include "engine/patch_labels.h"

#include <gmock/gmock.h>

#include "numbers.h"

namespace relprompt::engine {
namespace {

using testing::Each;
using testing::ElementsAre;

/// An image of noise; `names` names, of which patch i has cosines [i * names, (i + 1) * names).
std::vector<std::int32_t> labels_of(kernels::ImageSize size, Grid grid, std::int64_t names,
                                    const std::vector<float>& cosines, double threshold) {
  const auto pixels = test::uniform_numbers("pixels", 3 * size.height * size.width);
  return patch_labels({pixels.data(), size, grid, 8, cosines.data(), names}, 40, threshold);
}

TEST(PatchLabels, EachPatchHasItsBestNameAndUnsureOnesTheFirst) {
  // 40 pixels down and 20 across: two patches across, 4 pixels left. What lies beside is far enough away.
  const std::vector<float> cosines = {0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1,
                                      0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1};
  const auto labels = labels_of({40, 20}, {5, 2}, 3, cosines, 0.5);
  EXPECT_EQ(labels.size(), 10u);
  EXPECT_THAT(std::vector<std::int32_t>(labels.begin(), labels.begin() + 2), ElementsAre(1, 1));
  EXPECT_THAT(std::vector<std::int32_t>(labels.end() - 4, labels.end()), ElementsAre(2, 2, 2, 2));
  auto close = cosines;  // the best has a probability of e^0.8 / (e^0.8 + 2) at most
  for (auto& each : close) each /= 50;
  EXPECT_THAT(labels_of({40, 20}, {5, 2}, 3, close, 0.6), Each(0));
}

TEST(PatchLabels, OfEqualScoresTheFirstName) {
  EXPECT_THAT(labels_of({16, 16}, {2, 2}, 3, std::vector<float>(12, 0.25f), 0), Each(0));
  EXPECT_THAT(labels_of({8, 8}, {1, 1}, 1, {0.5f}, 0.9), ElementsAre(0));
}

TEST(PatchLabels, MoreNamesThanAreRefinedTogether) {
  std::vector<float> cosines(4 * 21);
  for (std::size_t patch = 0; patch < 4; ++patch) cosines[patch * 21 + 19] = 1;
  EXPECT_THAT(labels_of({16, 16}, {2, 2}, 21, cosines, 0.5), Each(19));
}

}  // namespace
}  // namespace relprompt::engine
