// Windows and score planes beside the oracle's loops.
#include "segmenter/windows.h"

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "segmenter/model_files.h"
#include "segmenter/photo_segmenter.h"
#include "segmenter/score_planes.h"
#include "tensors.h"
#include "test_support.h"

namespace relprompt::segmenter {
namespace {

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

/// A model folder whose network is real but tiny, for tests of what surrounds it.
class Planes : public testing::Test {
 protected:
  explicit Planes(ScoreKind scores = ScoreKind::kSigmoid) {
    ModelConfig config;
    config.scores = scores;
    config.clip = test::tiny_config();
    config.prompts = test::tiny_prompts(rpm::Variant::kPaper, config.clip);
    config.test = TestProtocol::for_tower(config.clip.vision);
    test::write_hashed_model(scratch_ / "model", config);
    model_.emplace(open_model(scratch_ / "model"));
    network_.emplace(*model_, torch::kCPU, Precision::kFp32);
  }

  test::TemporaryFolder scratch_;
  std::optional<ModelFiles> model_;
  std::optional<Network> network_;
  torch::InferenceMode no_gradients_;
};

/// The same for each way from logits to scores.
class SquashedPlanes : public Planes, public testing::WithParamInterface<ScoreKind> {
 protected:
  SquashedPlanes() : Planes(GetParam()) {}

  /// logits [rows, H, W] of all rows.
  static torch::Tensor squashed(const torch::Tensor& logits) {
    return GetParam() == ScoreKind::kSoftmax ? logits.softmax(0) : logits.sigmoid();
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, SquashedPlanes, testing::Values(ScoreKind::kSigmoid, ScoreKind::kSoftmax),
                         [](const auto& kind) { return score_name(kind.param); });

TEST_P(SquashedPlanes, EqualTheWholeTensorComputedAtOnce) {
  // 300 rows in 200 classes at 60x80 leave several chunks; every third class has two names, one of them
  // three.
  ClassEmbeddings classes;
  std::size_t row = 0;
  for (std::size_t c = 0; c < 200; ++c) {
    classes.first.push_back(row);
    row += c == 5 ? 3 : c % 3 == 0 ? 2 : 1;
  }
  classes.first.push_back(row);
  const auto rows = static_cast<std::int64_t>(row);
  const nn::Grid resized = {260, 333}, photo = {391, 500};
  const auto windows = sliding_windows(resized.height, resized.width, 200, 150);
  std::vector<torch::Tensor> scores;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    scores.push_back(test::uniform("scores" + std::to_string(i), {rows, 12, 12}) * 4);
  }
  std::vector<float> penalty(200, 0.0f);
  penalty[3] = 0.1f;
  penalty[150] = 0.25f;

  auto sum = torch::zeros({rows, resized.height, resized.width}), count = torch::zeros_like(sum);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const auto& w = windows[i];
    const auto planes = squashed(nn::resize_maps(scores[i].unsqueeze(0), {w.height, w.width})[0]);
    sum.narrow(1, w.y, w.height).narrow(2, w.x, w.width) += planes;
    count.narrow(1, w.y, w.height).narrow(2, w.x, w.width) += 1;
  }
  std::vector<torch::Tensor> by_class;
  for (std::size_t c = 0; c < 200; ++c) {
    auto best = (sum / count)[static_cast<std::int64_t>(classes.first[c])];
    for (auto r = classes.first[c] + 1; r < classes.first[c + 1]; ++r) {
      best = torch::max(best, (sum / count)[static_cast<std::int64_t>(r)]);
    }
    by_class.push_back(best - penalty[c]);
  }
  const auto whole = nn::resize_maps(torch::stack(by_class).unsqueeze(0), photo)[0];

  std::vector<torch::Tensor> parts;
  std::size_t next = 0;
  const auto best = best_labels(*network_, scores, windows, classes, {resized, photo, penalty},
                                [&](std::size_t first, const torch::Tensor& planes) {
                                  EXPECT_EQ(first, next);
                                  next += static_cast<std::size_t>(planes.size(0));
                                  parts.push_back(planes.clone());
                                });
  EXPECT_GT(parts.size(), 1u);
  EXPECT_TRUE(close(torch::cat(parts, 0), whole, 1e-5));
  EXPECT_TRUE(torch::equal(best.label.to(torch::kInt64), torch::cat(parts, 0).argmax(0)));
  EXPECT_TRUE(close(best.score, whole.amax(0), 1e-5));
}

TEST_P(SquashedPlanes, LabelsAloneEqualThoseOfThePlanes) {
  ClassEmbeddings classes;
  classes.first = {0, 1, 3, 4, 7, 8, 9};
  const std::vector<float> penalty = {0, 0.1f, 0, 0, 0.02f, 0};
  const nn::Grid resized = {260, 333};
  const auto windows = sliding_windows(resized.height, resized.width, 200, 100);
  std::vector<torch::Tensor> scores;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    // As the network leaves them: classes side by side in memory.
    scores.push_back((test::uniform("scores" + std::to_string(i), {12, 12, 9}) * 4).permute({2, 0, 1}));
  }
  for (const nn::Grid photo : {resized, nn::Grid{391, 500}, nn::Grid{101, 77}}) {
    std::vector<torch::Tensor> parts;
    const PlaneRequest request = {resized, photo, penalty};
    best_labels(*network_, scores, windows, classes, request,
                [&](std::size_t, const torch::Tensor& planes) { parts.push_back(planes.clone()); });
    const auto planes = torch::cat(parts, 0);
    const auto best = best_labels(*network_, scores, windows, classes, request, {});
    EXPECT_TRUE(close(best.score, planes.amax(0), 1e-5));
    const auto chosen = planes.gather(0, best.label.to(torch::kInt64).unsqueeze(0))[0];
    EXPECT_TRUE(close(chosen, planes.amax(0), 1e-5)) << "another label only where two scores tie";
  }
}

TEST_F(Planes, ThresholdMakesUnknownPixels) {
  ClassEmbeddings classes;
  classes.rows = test::uniform("texts", {3, 64});
  classes.rows = classes.rows / classes.rows.norm(2, -1, true);
  classes.first = {0, 1, 2, 3};
  Image photo;
  photo.height = 30;
  photo.width = 41;
  photo.rgb.assign(30 * 41 * 3, 0);
  for (std::size_t i = 0; i < photo.rgb.size(); ++i) photo.rgb[i] = static_cast<std::uint8_t>(i * 37);
  const auto run = [&](std::optional<float> threshold) {
    SegmentOptions options;
    options.unknown_threshold = threshold;
    return segment_photo(*network_, model_->config, classes, photo, resolve(options, model_->config, 3), {});
  };
  const auto all = run(std::nullopt), none = run(2.0f);
  EXPECT_EQ(all.unknown_pixels, 0u);
  EXPECT_EQ(all.pixels[0] + all.pixels[1] + all.pixels[2], 30u * 41u);
  EXPECT_EQ(none.unknown_pixels, 30u * 41u);
  EXPECT_EQ(none.labels.labels.front(), LabelMap::kUnknown);
}

TEST_F(Planes, ManyClassesTakeTheShortWayToTheSameScores) {
  const auto texts = test::uniform("many texts", {60, 64});
  const auto t = texts / texts.norm(2, -1, true);
  const auto image = test::uniform("image", {2, 3, 64, 80});
  // An observer sees the attention maps, so they are computed.
  int maps = 0;
  const auto watched = network_->patch_scores(image, t, [&](const std::string& name, const torch::Tensor&) {
    maps += name.find("attention_map") != std::string::npos;
  });
  EXPECT_EQ(maps, 3);
  EXPECT_TRUE(close(network_->patch_scores(image, t), watched, 1e-4));
}

TEST_F(Planes, BatchingWindowsChangesNothing) {
  ClassEmbeddings classes;
  classes.rows = test::uniform("texts", {3, 64});
  classes.first = {0, 1, 2, 3};
  Image photo;
  photo.height = 64;
  photo.width = 300;
  photo.rgb.assign(64 * 300 * 3, 0);
  for (std::size_t i = 0; i < photo.rgb.size(); ++i) photo.rgb[i] = static_cast<std::uint8_t>(i * i / 7);
  const auto run = [&](int batch) {
    SegmentOptions options;
    options.window_batch = batch;
    std::vector<float> scores;
    segment_photo(*network_, model_->config, classes, photo, resolve(options, model_->config, 3),
                  [&](std::size_t, std::size_t count, const float* planes) {
                    scores.insert(scores.end(), planes, planes + count * 64 * 300);
                  });
    return torch::tensor(scores);
  };
  const auto single = run(1);
  for (const int batch : {2, 3, 50}) EXPECT_TRUE(close(run(batch), single, 1e-5)) << batch;
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
