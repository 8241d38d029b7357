// Labels along a flow.
#include "video/carried_labels.h"

#include "test_support.h"

namespace relprompt::video {
namespace {

/// One row, label i at pixel i.
LabelMap row(int width) {
  LabelMap labels{1, width, {}};
  for (int x = 0; x < width; ++x) labels.labels.push_back(static_cast<std::uint16_t>(x));
  return labels;
}

Motion moved(int width, float x) {
  Motion motion{1, width, {}, {}};
  for (int i = 0; i < width; ++i) {
    motion.backward.insert(motion.backward.end(), {-x, 0});
    motion.forward.insert(motion.forward.end(), {x, 0});
  }
  return motion;
}

TEST(CarriedLabels, FollowTheImage) {
  CarriedLabels carried;
  EXPECT_FALSE(carried.started());
  carried.start(row(6));
  EXPECT_DOUBLE_EQ(carried.advance(moved(6, 1)), 1.0 / 6);
  EXPECT_EQ(carried.labels().labels, (std::vector<std::uint16_t>{0, 0, 1, 2, 3, 4}))
      << "what came in keeps its place";
}

TEST(CarriedLabels, FractionsOfPixelsAddUp) {
  CarriedLabels carried;
  carried.start(row(8));
  for (int i = 0; i < 4; ++i) carried.advance(moved(8, 0.5f));
  const auto labels = carried.labels().labels;
  for (std::size_t x = 4; x < 8; ++x) EXPECT_EQ(labels[x], x - 2) << "rounded once, not four times";
}

TEST(CarriedLabels, AnotherKeyFrameBeginsAnew) {
  CarriedLabels carried;
  carried.start(row(4));
  carried.advance(moved(4, 1));
  carried.start(row(4));
  EXPECT_EQ(carried.labels().labels, row(4).labels);
}

TEST(CarriedLabels, RefuseMotionOfAnotherSize) {
  CarriedLabels carried;
  carried.start(row(4));
  EXPECT_ERROR(carried.advance(moved(5, 1)), ErrorCode::kBadArgument, "5x1 over labels of 4x1");
}

}  // namespace
}  // namespace relprompt::video
