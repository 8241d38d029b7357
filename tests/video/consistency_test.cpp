// Where a flow is trusted.
#include "video/consistency.h"

#include <limits>

#include "test_support.h"

namespace relprompt::video {
namespace {

Motion moved(int height, int width, float x, float y) {
  Motion motion{height, width, {}, {}};
  for (int i = 0; i < height * width; ++i) {
    motion.backward.insert(motion.backward.end(), {-x, -y});
    motion.forward.insert(motion.forward.end(), {x, y});
  }
  return motion;
}

TEST(Consistency, AWholeFrameThatMovesIsTrustedButForWhatCameIn) {
  const auto trusted = consistent_pixels(moved(4, 6, 2, 0));
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 6; ++x)
      EXPECT_EQ(trusted[static_cast<std::size_t>(6 * y + x)], x >= 2 ? 1 : 0) << x << " " << y;
}

TEST(Consistency, DirectionsThatContradictEachOtherAreNotTrusted) {
  Motion motion = moved(4, 6, 2, 0);
  motion.forward.assign(motion.forward.size(), 0.0f);  // there 2 pixels, back none
  for (const auto trusted : consistent_pixels(motion)) EXPECT_EQ(trusted, 0);
}

TEST(Consistency, SmallDisagreementIsForgiven) {
  Motion motion = moved(3, 8, 0, 0);
  motion.backward[2 * 11] = 0.5f;
  EXPECT_EQ(consistent_pixels(motion)[11], 1);
  motion.backward[2 * 11] = 0.8f;  // 0.64 is more than 0.5 + 0.01 * 0.64
  EXPECT_EQ(consistent_pixels(motion)[11], 0);
}

TEST(Consistency, StepsBetweenPixelsAreMeans) {
  const std::vector<float> field = {0, 0, 2, 4, 4, 8, 6, 12};  // 2 x 2
  const Step step = step_at(field, 2, 2, 0.5f, 0.5f);
  EXPECT_FLOAT_EQ(step.x, 3);
  EXPECT_FLOAT_EQ(step.y, 6);
  EXPECT_FLOAT_EQ(step_at(field, 2, 2, -5, 9).x, 4) << "the nearest inside";
}

TEST(Consistency, RefusesFieldsOfAnotherSizeAndNumbersThatAreNone) {
  Motion motion = moved(2, 2, 0, 0);
  motion.forward.pop_back();
  EXPECT_ERROR(check(motion), ErrorCode::kBadArgument, "motion of 2x2 with 8 and 7 numbers");
  motion = moved(2, 2, 0, 0);
  motion.backward[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_ERROR(check(motion), ErrorCode::kBadArgument, "finite");
}

}  // namespace
}  // namespace relprompt::video
