// Windows and score planes beside the reference's loops.
#include "segmenter/windows.h"

#include <optional>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "model/model_files.h"
#include "nn/grid.h"
#include "numbers.h"
#include "segmenter/sliding_window.h"
#include "tensors.h"
#include "test_support.h"
#include "window_scene.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::ScoreActivation;
using test::close;

TEST(SlidingWindows, MatchKnownLayouts) {
  const auto starts = [](std::int64_t width, std::int64_t crop, std::int64_t stride) {
    std::vector<std::int64_t> xs;
    for (const auto& w : sliding_windows(crop, width, crop, stride)) xs.push_back(w.x);
    return xs;
  };
  EXPECT_EQ(starts(512, 512, 426), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(starts(513, 512, 426), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(starts(683, 512, 426), (std::vector<std::int64_t>{0, 171}));
  EXPECT_EQ(starts(938, 512, 426), (std::vector<std::int64_t>{0, 426}));
  EXPECT_EQ(starts(939, 512, 426), (std::vector<std::int64_t>{0, 426, 427}));
}

TEST(SlidingWindows, CoverEveryPixelWithOneSize) {
  for (const auto& [height, width, crop, stride] :
       {std::tuple{100, 150, 64, 53}, {20, 90, 64, 64}, {64, 64, 64, 1}, {7, 5, 9, 3}, {65, 200, 64, 10}}) {
    std::vector<int> covered(static_cast<std::size_t>(height * width), 0);
    const auto windows = sliding_windows(height, width, crop, stride);
    for (const auto& w : windows) {
      EXPECT_EQ(w.height, windows[0].height);
      EXPECT_EQ(w.width, windows[0].width);
      for (auto y = w.y; y < w.y + w.height; ++y) {
        for (auto x = w.x; x < w.x + w.width; ++x) ++covered.at(static_cast<std::size_t>(y * width + x));
      }
    }
    for (const int times : covered) ASSERT_GT(times, 0);
  }
}

/// For each way from logits to scores.
class ActivatedScores : public testing::TestWithParam<ScoreActivation> {
 protected:
  /// logits [rows, H, W] of all rows.
  static torch::Tensor activated(const torch::Tensor& logits) {
    return GetParam() == ScoreActivation::kSoftmax ? logits.softmax(0) : logits.sigmoid();
  }

  /// What ScoreMaps computes, as one tensor of everything at once.
  static torch::Tensor whole(const Scene& scene) {
    const auto& task = scene.task;
    auto sum = torch::zeros({scene.scores[0].size(0), task.resized.height, task.resized.width});
    auto count = torch::zeros_like(sum);
    for (std::size_t i = 0; i < task.windows.size(); ++i) {
      const auto& w = task.windows[i];
      const auto planes = activated(
          nn::resize_maps(scene.scores[i].unsqueeze(0), {task.window.height, task.window.width})[0]);
      sum.narrow(1, w.y, task.window.height).narrow(2, w.x, task.window.width) += planes;
      count.narrow(1, w.y, task.window.height).narrow(2, w.x, task.window.width) += 1;
    }
    const auto mean = sum / count;
    std::vector<torch::Tensor> by_class;
    for (std::size_t c = 0; c < scene.classes(); ++c) {
      auto best = mean[static_cast<std::int64_t>(task.first[c])];
      for (auto r = task.first[c] + 1; r < task.first[c + 1]; ++r) {
        best = torch::max(best, mean[static_cast<std::int64_t>(r)]);
      }
      by_class.push_back(best - task.penalty[c]);
    }
    return nn::resize_maps(torch::stack(by_class).unsqueeze(0), {task.image.height, task.image.width})[0];
  }

  torch::InferenceMode no_gradients_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, ActivatedScores,
                         testing::Values(ScoreActivation::kSigmoid, ScoreActivation::kSoftmax),
                         [](const auto& kind) {
                           return kind.param == ScoreActivation::kSoftmax ? "softmax" : "sigmoid";
                         });

TEST_P(ActivatedScores, EqualTheWholeTensorComputedAtOnce) {
  // Every third class has two names, one of them three.
  std::vector<std::size_t> first = {0};
  for (std::size_t c = 0; c < 200; ++c) first.push_back(first.back() + (c == 5 ? 3 : c % 3 == 0 ? 2 : 1));
  Scene scene({260, 333}, {391, 500}, 150, first, GetParam());
  scene.task.penalty[3] = 0.1f;
  scene.task.penalty[150] = 0.25f;
  const auto planes = scene.planes(30), expected = whole(scene);
  EXPECT_TRUE(close(planes, expected, 1e-5));
  const auto [label, score] = scene.best();
  EXPECT_TRUE(close(planes.gather(0, label.unsqueeze(0))[0], expected.amax(0), 1e-5));
  EXPECT_TRUE(close(score, expected.amax(0), 1e-5));
}

TEST_P(ActivatedScores, LabelsAloneEqualThoseOfThePlanes) {
  for (const kernels::ImageSize image : {kernels::ImageSize{260, 333}, {391, 500}, {101, 77}}) {
    Scene scene({260, 333}, image, 100, {0, 1, 3, 4, 7, 8, 9}, GetParam());
    scene.task.penalty = {0, 0.1f, 0, 0, 0.02f, 0};
    const auto planes = scene.planes(4);
    const auto [label, score] = scene.best();
    EXPECT_TRUE(close(score, planes.amax(0), 1e-5));
    EXPECT_TRUE(close(planes.gather(0, label.unsqueeze(0))[0], score, 1e-5))
        << "another label only where scores tie";
  }
}

/// A model folder whose network is real but tiny, for tests of what surrounds it.
class Planes : public testing::Test {
 protected:
  Planes() {
    ModelConfig config;
    config.clip = test::tiny_config();
    config.prompts = test::tiny_prompts(Variant::kPaper, config.clip);
    config.test = TestProtocol::for_tower(config.clip.vision);
    test::write_hashed_model(scratch_ / "model", config);
    model_.emplace(open_model(scratch_ / "model"));
    network_.emplace(*model_, kernels::Precision::kFp32);
    scorer_.emplace(*network_);
  }

  static Image image_of(int height, int width) {
    Image image;
    image.height = height;
    image.width = width;
    image.rgb.resize(static_cast<std::size_t>(height * width * 3));
    for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i * i / 7);
    return image;
  }

  test::TemporaryFolder scratch_;
  std::optional<ModelFiles> model_;
  std::optional<engine::Network> network_;
  std::optional<EngineScorer> scorer_;
  const ClassEmbeddings classes_ = one_row_each(test::unit_rows("texts", 3, 64), 64);
};

TEST_F(Planes, ThresholdMakesUnknownPixels) {
  const auto run = [&](std::optional<float> threshold) {
    SegmentOptions options;
    options.unknown_threshold = threshold;
    return segment_image(*scorer_, model_->config, classes_, image_of(30, 41),
                         resolve(options, model_->config, 3), {});
  };
  const auto all = run(std::nullopt), none = run(2.0f);
  EXPECT_EQ(all.unknown_pixels, 0u);
  EXPECT_EQ(all.pixels[0] + all.pixels[1] + all.pixels[2], 30u * 41u);
  EXPECT_EQ(none.unknown_pixels, 30u * 41u);
  EXPECT_EQ(none.labels.labels.front(), LabelMap::kUnknown);
}

TEST_F(Planes, ManyClassesTakeTheShortWayToTheSameScores) {
  const auto t = test::unit_rows("many texts", 60, 64);
  const auto image = test::uniform_numbers("image", 2 * 3 * 64 * 80);
  const engine::Images images = {image.data(), 2, 64, 80};
  engine::Workspace workspace;
  std::vector<float> watched(2 * 60 * 20), plain(watched.size());
  // An observer sees the attention maps, so they are computed.
  int maps = 0;
  network_->patch_scores(images, {t.data(), 60}, watched.data(), workspace,
                         [&](const std::string& name, const engine::Observed&) {
                           maps += name.find("attention_map") != std::string::npos;
                         });
  EXPECT_EQ(maps, 3);
  network_->patch_scores(images, {t.data(), 60}, plain.data(), workspace);
  EXPECT_TRUE(test::near(plain.data(), watched.data(), static_cast<std::int64_t>(plain.size()), 1e-4));
}

TEST_F(Planes, BatchingWindowsChangesNothing) {
  const auto run = [&](int batch) {
    SegmentOptions options;
    options.window_batch = batch;
    std::vector<float> scores;
    segment_image(*scorer_, model_->config, classes_, image_of(64, 300), resolve(options, model_->config, 3),
                  [&](std::size_t, std::size_t count, const float* planes) {
                    scores.insert(scores.end(), planes, planes + count * 64 * 300);
                  });
    return scores;
  };
  const auto single = run(1);
  for (const int batch : {2, 3, 50}) {
    EXPECT_TRUE(test::near(run(batch).data(), single.data(), static_cast<std::int64_t>(single.size()), 1e-5))
        << batch;
  }
}

TEST_F(Planes, OptionsAreCheckedAgainstTheModel) {
  const auto with = [&](auto change) {
    SegmentOptions options;
    change(options);
    return resolve(options, model_->config, 3);
  };
  const auto defaults = with([](auto&) {});
  EXPECT_EQ(defaults.short_side, 64);
  EXPECT_EQ(defaults.window, 64);
  EXPECT_EQ(defaults.stride, 53);
  EXPECT_ERROR(with([](auto& o) { o.window = 15; }), ErrorCode::kBadArgument, "window 15");
  EXPECT_ERROR(with([](auto& o) { o.short_side = 3; }), ErrorCode::kBadArgument, "short side 3");
  EXPECT_ERROR(with([](auto& o) { o.stride = 65; }), ErrorCode::kBadArgument, "stride 65");
  EXPECT_ERROR(with([](auto& o) { o.seen = {3}; }), ErrorCode::kBadArgument, "seen class 3");
  EXPECT_ERROR(with([](auto& o) { o.stride = -1; }), ErrorCode::kBadArgument, "stride -1");
}

}  // namespace
}  // namespace relprompt::segmenter
