// The refinement of score planes beside the reference's numbers (tools/reference/pamr_golden.py).
#include <vector>

#include <gtest/gtest.h>

#include "kernels/pamr.h"
#include "numbers.h"
#include "test_support.h"

namespace relprompt::kernels {
namespace {

constexpr ImageSize kSize{41, 67};

std::vector<float> refined(const PamrOptions& options) {
  auto image = test::uniform_numbers("pamr.image", 3 * kSize.height * kSize.width);
  for (float& value : image) value *= 2;
  auto planes = test::uniform_numbers("pamr.planes", 2 * kSize.height * kSize.width);
  Pamr(image.data(), kSize, options).refine(planes.data(), 2);
  return planes;
}

TEST(PamrGolden, TenSteps) {
  const test::GoldenFile golden(test::golden_folder() / "pamr/expected.safetensors");
  EXPECT_TRUE(test::near(refined({}), golden["refined"], 5e-6));
}

TEST(PamrGolden, OneStepOfOneDilation) {
  const test::GoldenFile golden(test::golden_folder() / "pamr/expected.safetensors");
  EXPECT_TRUE(test::near(refined({1, {3}}), golden["one_step"], 5e-6));
}

TEST(PamrGolden, EqualsTheAuthorsModule) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const test::GoldenFile golden(shared / "golden/heads/expected.safetensors");
  const auto image = golden["pamr.image"], mask = golden["pamr.mask"];
  std::vector<float> planes(mask.floats(), mask.floats() + mask.elements());
  Pamr(image.floats(), {mask.shape()[1], mask.shape()[2]}).refine(planes.data(), mask.shape()[0]);
  EXPECT_TRUE(test::near(planes, golden["pamr.output"], 2e-5));
}

}  // namespace
}  // namespace relprompt::kernels
