// Label maps in bfloat16 and int8 beside those in fp32: the bundled model on scenes of the world.
#include <cstdlib>

#include <gtest/gtest.h>

#include "segmenter/sliding_window.h"
#include "segmenter/text_encoder.h"
#include "test_support.h"
#include "world/names.h"
#include "world/scene.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::Precision;
using kernels::precision_of;

constexpr std::uint64_t kSeed = 20;
constexpr std::uint64_t kScenes = 24;

class DemoModel : public testing::Test {
 protected:
  DemoModel() : model_(open_model(std::filesystem::path(RELPROMPT_SOURCE_DIR) / "models/demo")) {
    ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1);
    classes_ = encode_classes(model_, {}, world::class_list(), TextOptions{}).embeddings;
  }

  /// Labels of all scenes, one after the other.
  std::vector<std::uint16_t> labels(Precision precision) {
    const engine::Network network(model_, precision);
    EngineScorer scorer(network);
    const auto options = resolve({}, model_.config, classes_.classes());
    std::vector<std::uint16_t> all;
    for (std::uint64_t i = 0; i < kScenes; ++i) {
      const auto found =
          segment_image(scorer, model_.config, classes_, world::make_scene(kSeed, i).image, options, {});
      all.insert(all.end(), found.labels.labels.begin(), found.labels.labels.end());
    }
    return all;
  }

  test::TemporaryFolder scratch_;
  ModelFiles model_;
  ClassEmbeddings classes_;
};

double agreement(const std::vector<std::uint16_t>& a, const std::vector<std::uint16_t>& b) {
  std::size_t equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1 : 0;
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

TEST_F(DemoModel, RoundedPrecisionsAgreeWithFp32) {
  const auto exact = labels(Precision::kFp32);
  const double bf16 = agreement(labels(Precision::kBf16), exact),
               int8 = agreement(labels(Precision::kInt8), exact);
  RecordProperty("bf16", std::to_string(bf16));
  RecordProperty("int8", std::to_string(int8));
  EXPECT_GE(bf16, 0.995);
  EXPECT_GE(int8, 0.985);
  // Equal maps would mean that nothing was rounded.
  EXPECT_LT(bf16, 1.0);
  EXPECT_LT(int8, bf16);
}

TEST(PrecisionNames, AreKnown) {
  EXPECT_EQ(precision_of("fp32"), Precision::kFp32);
  EXPECT_EQ(precision_of("bf16"), Precision::kBf16);
  EXPECT_EQ(precision_of("int8"), Precision::kInt8);
  EXPECT_ERROR(precision_of("fp16"), ErrorCode::kBadArgument, "expected fp32, bf16 or int8");
}

}  // namespace
}  // namespace relprompt::segmenter
