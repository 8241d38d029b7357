// The whole protocol of a bare CLIP against the reference's numbers that every clone has
// (tests/golden/protocol, made by tools/reference): the micro network, an image, three classes with five
// names.
#include <gtest/gtest.h>

#include "numbers.h"
#include "segmenter/sliding_window.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::segmenter {
namespace {

using test::GoldenFile;

struct Run {
  const char* head;
  SegmentOptions options;
};

class Protocol : public testing::TestWithParam<Run> {
 protected:
  static Image photo() {
    const GoldenFile micro(test::golden_folder() / "micro/expected.safetensors");
    const auto pixels = micro.stored("photo");
    const auto* first = static_cast<const std::uint8_t*>(pixels.data());
    return {static_cast<int>(pixels.shape()[0]),
            static_cast<int>(pixels.shape()[1]),
            {first, first + pixels.elements()}};
  }

  model::ModelFiles micro_model(const std::string& head) const {
    model::ModelConfig config;
    config.clip = test::micro_config();
    config.head = head;
    test::write_hashed_model(scratch_ / "model", config);
    return model::open_model(scratch_ / "model");
  }

  const GoldenFile golden_{test::golden_folder() / "protocol/expected.safetensors"};
  const test::TemporaryFolder scratch_;
};

SegmentOptions refined() {
  SegmentOptions options;
  options.min_area = 0.2f;
  options.refine = Refinement::kPamr;
  return options;
}

SegmentOptions whole_image() {
  SegmentOptions options;
  options.short_side = 40;
  options.window = kWholeImage;
  options.logit_scale = 60;
  options.min_area = 0.3f;
  options.unknown_threshold = 0.3f;
  return options;
}

TEST_P(Protocol, EqualsTheReference) {
  const std::string head = GetParam().head;
  const auto model = micro_model(head);
  const auto names = golden_[head + ".names"];
  auto classes = one_row_each({names.floats(), names.floats() + names.elements()}, names.shape()[1]);
  classes.first = {0, 2, 3, 5};
  auto options = GetParam().options;
  options.background = 0;
  options = resolve(options, model, classes.classes());
  const engine::Network network(model, kernels::Precision::kFp32);
  EngineScorer scorer(network);
  const auto image = photo();
  std::vector<float> scores;
  const auto result =
      segment_image(scorer, model.config, classes, image, options,
                    [&](std::size_t, std::size_t count, const float* planes) {
                      scores.insert(scores.end(), planes, planes + count * image.rgb.size() / 3);
                    });
  EXPECT_TRUE(test::near(scores, golden_[head + ".scores"], 5e-5));
  const auto labels = golden_.integers(head + ".labels");
  ASSERT_EQ(result.labels.labels.size(), labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i)
    ASSERT_EQ(result.labels.labels[i], labels[i]) << "pixel " << i;
}

INSTANTIATE_TEST_SUITE_P(Heads, Protocol,
                         testing::Values(Run{"naclip", {}}, Run{"scclip", {}},
                                         Run{"clearclip", whole_image()}, Run{"sclip", refined()}),
                         [](const auto& run) { return std::string(run.param.head); });

}  // namespace
}  // namespace relprompt::segmenter
