// The whole protocol of a bare CLIP, from the image to the labels, against the reference's label maps, which
// equal those of the authors' released segmentors (../shared; skipped without it).
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "relprompt/image.h"

#include "engine/dense_head.h"
#include "kernels/label_tiles.h"
#include "numbers.h"
#include "segmenter/label_decision.h"
#include "segmenter/sliding_window.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

using test::GoldenFile;

/// Seven classes with ten names; the first is the background.
ClassEmbeddings scene_classes(std::vector<float> rows) {
  ClassEmbeddings classes;
  classes.width = static_cast<std::int64_t>(rows.size()) / 10;
  classes.rows = std::move(rows);
  classes.first = {0, 3, 4, 5, 7, 8, 9, 10};
  classes.background = 0;
  return classes;
}

/// Share of the pixels that have the golden's label.
double agreement(const Segmentation& result, const std::vector<std::int64_t>& golden) {
  EXPECT_EQ(result.labels.labels.size(), golden.size());
  std::size_t equal = 0;
  for (std::size_t i = 0; i < golden.size(); ++i) equal += result.labels.labels[i] == golden[i] ? 1 : 0;
  return static_cast<double>(equal) / static_cast<double>(golden.size());
}

struct Run {
  const char* name;
  const char* head;
  int window;
  float unknown;
  bool has_scores;
  bool full = false;  ///< refined, with another scale and an area
};

class ProtocolGolden : public testing::TestWithParam<Run> {};

TEST_P(ProtocolGolden, LabelsAndScoresOfAnImage) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const auto& run = GetParam();
  const GoldenFile golden(shared / "golden/heads/expected.safetensors");
  auto model = model::open_model(shared / "golden/heads/clip12.safetensors");
  engine::choose_dense_head(run.head, model);
  const auto rows = golden["queries"];
  const auto classes = scene_classes({rows.floats(), rows.floats() + rows.elements()});

  SegmentOptions options;
  options.short_side = 256;
  options.window = run.window;
  if (run.unknown > 0) options.unknown_threshold = run.unknown;
  options.background = classes.background;
  if (run.full) {
    options.refine = Refinement::kPamr;
    options.logit_scale = 50;
    options.min_area = 0.25f;
  }
  options = resolve(options, model, classes.classes());
  EXPECT_EQ(options.logit_scale, run.full ? 50 : 40);
  EXPECT_EQ(options.stride, run.window == kWholeImage ? kWholeImage : 112);

  const engine::Network network(model, kernels::Precision::kFp32);
  EngineScorer scorer(network);
  std::vector<float> scores;
  const auto result =
      segment_image(scorer, model.config, classes, read_image(shared / "golden/heads/photo.png"), options,
                    [&](std::size_t, std::size_t count, const float* planes) {
                      scores.insert(scores.end(), planes, planes + count * 96 * 128);
                    });
  EXPECT_GE(agreement(result, golden.integers(std::string(run.name) + ".labels")), 0.999);
  EXPECT_EQ(result.unknown_pixels, 0u) << "there is a background";
  if (run.has_scores) {
    EXPECT_TRUE(test::near(scores, golden[std::string(run.name) + ".scores"], 5e-4));
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, ProtocolGolden,
                         testing::Values(Run{"naclip", "naclip", 224, 0, true},
                                         Run{"scclip", "scclip", 224, 0, true},
                                         Run{"scclip_full", "scclip", 224, 0.55f, true, true},
                                         Run{"naclip_whole", "naclip", kWholeImage, 0.6f, false}),
                         [](const auto& run) { return std::string(run.param.name); });

/// The last step alone, on cosines that are given at every pixel.
TEST(ProtocolGolden, DecidesByAreaAndThreshold) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const GoldenFile golden(shared / "golden/heads/expected.safetensors");
  const auto cosines = golden["decide.cosines"];
  std::vector<float> logits(cosines.floats(), cosines.floats() + cosines.elements());
  for (auto& logit : logits) logit *= 30;
  kernels::LabelTask task;
  task.windows = {{logits.data(), 0, 0}};
  task.patches = task.window = task.resized = task.image = {15, 18};
  task.first = scene_classes(std::vector<float>(10)).first;
  task.penalty.assign(7, 0.0f);
  task.score_activation = kernels::ScoreActivation::kSoftmaxOfMean;
  SegmentOptions options;
  options.background = 0;
  options.min_area = 0.1f;
  options.unknown_threshold = 0.35f;
  Segmentation result;
  result.pixels.assign(7, 0);
  ImageScores scores(task, Refinement::kNone, nullptr);
  fill_labels(scores, options, task, result);
  EXPECT_EQ(agreement(result, golden.integers("decide.labels")), 1);
  EXPECT_EQ(std::count_if(task.penalty.begin(), task.penalty.end(), [](float p) { return std::isinf(p); }),
            3);
}

}  // namespace
}  // namespace relprompt::segmenter
