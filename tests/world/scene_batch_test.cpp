// Batches: the scenes themselves, whatever the number of threads.
#include "world/scene_batch.h"

#include <gtest/gtest.h>

#include "test_support.h"

namespace relprompt::world {
namespace {

Options small() {
  Options options;
  options.size = 40;
  return options;
}

TEST(SceneBatch, HoldsTheScenesInOrder) {
  SceneBatch batch;
  fill_batch(6, 100, 107, small(), 2, batch);
  ASSERT_EQ(batch.captions.size(), 7u);
  ASSERT_EQ(batch.shows.size(), 7u);
  constexpr std::size_t kPixels = 40 * 40;
  ASSERT_EQ(batch.images.size(), 7 * 3 * kPixels);
  ASSERT_EQ(batch.labels.size(), 7 * kPixels);
  for (std::size_t at = 0; at < 7; ++at) {
    const Scene scene = make_scene(6, 100 + at, small());
    EXPECT_TRUE(std::equal(scene.image.rgb.begin(), scene.image.rgb.end(), &batch.images[at * 3 * kPixels]));
    EXPECT_TRUE(
        std::equal(scene.labels.labels.begin(), scene.labels.labels.end(), &batch.labels[at * kPixels]));
    EXPECT_EQ(batch.captions[at].text, caption(scene, 100 + at).text);
    for (std::uint16_t label = 0; label < kClasses; ++label)
      EXPECT_EQ(batch.shows[at][label], is_true_of({"", {label}}, scene)) << label;
  }
}

TEST(SceneBatch, IsEqualForEveryNumberOfThreadsAndReusesItsMemory) {
  SceneBatch one, other;
  fill_batch(6, 0, 24, small(), 1, one);
  for (const int threads : {2, 3}) {
    fill_batch(7, 0, 30, small(), threads, other);
    fill_batch(6, 0, 24, small(), threads, other);
    EXPECT_EQ(other.images, one.images);
    EXPECT_EQ(other.labels, one.labels);
    EXPECT_EQ(other.shows, one.shows);
    ASSERT_EQ(other.captions.size(), one.captions.size());
    for (std::size_t at = 0; at < one.captions.size(); ++at)
      EXPECT_EQ(other.captions[at].text, one.captions[at].text);
  }
}

TEST(SceneBatch, EmptyAndImpossibleRanges) {
  SceneBatch batch;
  fill_batch(6, 3, 3, small(), 1, batch);
  EXPECT_TRUE(batch.images.empty());
  EXPECT_ERROR(fill_batch(6, 3, 2, small(), 1, batch), ErrorCode::kBadArgument, "scenes 3 to 2 are no range");
  EXPECT_ERROR(fill_batch(6, 0, 2, small(), 0, batch), ErrorCode::kBadArgument, "0 threads");
  Options wrong;
  wrong.size = 7;
  EXPECT_ERROR(fill_batch(6, 0, 2, wrong, 1, batch), ErrorCode::kBadArgument, "size of a scene is 7");
}

}  // namespace
}  // namespace relprompt::world
