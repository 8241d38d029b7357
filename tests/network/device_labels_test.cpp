// Labels made on the device beside those of the tiles on the CPU, on the device of test_device.h.
#include "network/device_labels.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "engine/network.h"
#include "model/model_files.h"
#include "network/torch_scorer.h"
#include "numbers.h"
#include "segmenter/device_images.h"
#include "segmenter/sliding_window.h"
#include "test_device.h"
#include "test_support.h"
#include "window_scene.h"

namespace relprompt::network {
namespace {

using kernels::ImageSize;
using kernels::ScoreActivation;
using segmenter::Scene;

/// Classes of one to three names, some of them penalised.
Scene scene_of(ImageSize resized, ImageSize image, ScoreActivation activation, std::size_t classes = 30) {
  std::vector<std::size_t> first = {0};
  for (std::size_t c = 0; c < classes; ++c) first.push_back(first.back() + (c == 5 ? 3 : c % 3 == 0 ? 2 : 1));
  Scene scene(resized, image, 150, std::move(first), activation);
  scene.task.penalty[3] = 0.1f;
  scene.task.penalty[classes - 1] = 0.25f;
  return scene;
}

void expect_labels_of_tiles(const Scene& scene, std::int64_t most_numbers) {
  const auto patches = torch::stack(scene.scores).to(test::test_device());
  const auto found = device_labels(patches, scene.task, most_numbers);
  const auto label = found.label.to(torch::kCPU, torch::kInt64), score = found.score.to(torch::kCPU);
  const auto expected = scene.best().second;
  // Scores are below 4 here, and weights of LibTorch's own resize are other ones in their last bits.
  constexpr double kTolerance = 3e-5;
  EXPECT_TRUE(test::close(score, expected, kTolerance));
  EXPECT_TRUE(test::close(scene.planes(16).gather(0, label.unsqueeze(0))[0], expected, kTolerance))
      << "another label only where scores tie";
}

class DeviceLabels : public testing::TestWithParam<ScoreActivation> {};

INSTANTIATE_TEST_SUITE_P(Kinds, DeviceLabels,
                         testing::Values(ScoreActivation::kNone, ScoreActivation::kSigmoid,
                                         ScoreActivation::kSoftmax),
                         [](const auto& kind) {
                           return kind.param == ScoreActivation::kSoftmax ? "softmax"
                                  : kind.param == ScoreActivation::kNone  ? "none"
                                                                          : "sigmoid";
                         });

TEST_P(DeviceLabels, AreThoseOfTheTiles) {
  for (const ImageSize image : {ImageSize{260, 333}, {391, 500}, {101, 77}, {1, 1}})
    expect_labels_of_tiles(scene_of({260, 333}, image, GetParam()), 1 << 23);
  expect_labels_of_tiles(scene_of({90, 60}, {90, 60}, GetParam()), 1 << 23);
}

TEST_P(DeviceLabels, AreTheSameInBandsAndChunksOfAnySize) {
  const auto scene = scene_of({90, 220}, {120, 300}, GetParam());
  for (const std::int64_t most : {1, 8 * 300, 8 * 300 * 7, 8 * 300 * 100})
    expect_labels_of_tiles(scene, most);
}

TEST(LabelsOnADevice, TheFirstOfEqualClassesWins) {
  auto scene = scene_of({40, 50}, {60, 75}, ScoreActivation::kSigmoid, 8);
  scene.scores.front().fill_(0.5f);
  scene.task.penalty.assign(8, 0.0f);
  scene.task.penalty[0] = 0.1f;
  const auto patches = torch::stack(scene.scores).to(test::test_device());
  for (const std::int64_t most : {1, 1 << 20})
    EXPECT_TRUE((device_labels(patches, scene.task, most).label == 1).all().item<bool>());
}

TEST(LabelsOnADevice, OfSeveralViewsAreRefused) {
  auto scene = scene_of({40, 50}, {60, 75}, ScoreActivation::kSoftmaxOfMean, 8);
  const auto patches = torch::stack(scene.scores).to(test::test_device());
  EXPECT_ERROR(device_labels(patches, scene.task), ErrorCode::kInternal, "mean of logits");
}

/// Scores on the device although it may be the CPU.
class KeepingScorer : public TorchScorer {
 public:
  using TorchScorer::TorchScorer;
  bool keeps_scores() const override { return true; }
};

/// A whole image by the network, whose scores stay on the device, and by the engine.
class ImageOnDevice : public testing::TestWithParam<model::Variant> {
 protected:
  ImageOnDevice() {
    model::ModelConfig config;
    config.clip = test::tiny_config();
    config.prompts = test::tiny_prompts(GetParam(), config.clip);
    config.test = model::TestProtocol::for_tower(config.clip.vision);
    test::write_hashed_model(scratch_ / "model", config);
    files_.emplace(model::open_model(scratch_ / "model"));
    engine_.emplace(*files_, kernels::Precision::kFp32);
    network_.emplace(*files_, test::test_device(), kernels::Precision::kFp32);
    for (std::size_t i = 0; i < image_.rgb.size(); ++i) image_.rgb[i] = static_cast<std::uint8_t>(i * i / 7);
  }

  Segmentation by_engine(const SegmentOptions& options) {
    segmenter::EngineScorer scorer(*engine_);
    return segmenter::segment_image(scorer, files_->config, classes_, image_, resolved(options), {});
  }
  Segmentation on_device(const SegmentOptions& options, const WindowProgress& progress = {}) {
    KeepingScorer scorer(*network_);
    return segmenter::segment_image(scorer, files_->config, classes_, image_, resolved(options), {},
                                    progress);
  }
  SegmentOptions resolved(const SegmentOptions& options) const {
    return segmenter::resolve(options, files_->config, classes_.classes());
  }

  test::TemporaryFolder scratch_;
  std::optional<model::ModelFiles> files_;
  std::optional<engine::Network> engine_;
  std::optional<Network> network_;
  segmenter::ClassEmbeddings classes_ = segmenter::one_row_each(test::unit_rows("texts", 7, 64), 64);
  Image image_{90, 141, std::vector<std::uint8_t>(90 * 141 * 3)};
};

INSTANTIATE_TEST_SUITE_P(Variants, ImageOnDevice,
                         testing::Values(model::Variant::kPaper, model::Variant::kOfficial),
                         [](const auto& v) {
                           return v.param == model::Variant::kPaper ? "paper" : "official";
                         });

TEST_P(ImageOnDevice, HasTheLabelsOfTheEngine) {
  std::vector<SegmentOptions> cases(6);
  cases[1].seen = {0, 2};
  cases[1].calibration = 0.02f;
  cases[2].unknown_threshold = 0.5f;
  cases[3].min_area = 0.2f;
  cases[4].unknown_threshold = 0.5f;
  cases[4].background = 1;
  cases[5].class_thresholds = {{0, 0.6f}, {2, 0.4f}};
  cases[5].min_area = 0.1f;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto expected = by_engine(cases[i]), found = on_device(cases[i]);
    std::size_t other = 0;
    for (std::size_t p = 0; p < expected.labels.labels.size(); ++p)
      other += expected.labels.labels[p] != found.labels.labels[p] ? 1 : 0;
    EXPECT_LE(other, expected.labels.labels.size() / 1000) << "case " << i;
    std::vector<std::uint64_t> counts(classes_.classes() + 1, 0);
    for (const auto label : found.labels.labels) ++counts[std::min<std::size_t>(label, classes_.classes())];
    EXPECT_EQ(found.unknown_pixels, counts.back()) << "case " << i;
    counts.pop_back();
    EXPECT_EQ(found.pixels, counts) << "case " << i;
    if (i == 2) {
      EXPECT_GT(found.unknown_pixels, 0u) << "case " << i;
    }
    EXPECT_EQ(found.windows, expected.windows);
    EXPECT_GT(found.windows, 1);
  }
}

TEST_P(ImageOnDevice, TellsOfItsWindowsAndStops) {
  std::vector<int> told;
  int all = 0;
  const auto windows = on_device({}, [&](int done, int of) {
                         told.push_back(done);
                         all = of;
                         return true;
                       }).windows;
  EXPECT_EQ(all, windows);
  EXPECT_EQ(told.front(), 0);
  EXPECT_EQ(told.back(), windows);
  EXPECT_ERROR(on_device({}, [](int, int) { return false; }), ErrorCode::kCancelled, "0 of");
}

/// Images of different sizes: windows of one size for all but the third, which is smaller than a window.
class ImagesOnDevice : public ImageOnDevice {
 protected:
  ImagesOnDevice() {
    for (const auto& [height, width] : {std::pair{90, 141}, {100, 120}, {30, 35}, {120, 100}}) {
      Image image{height, width, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * height * width))};
      for (std::size_t i = 0; i < image.rgb.size(); ++i)
        image.rgb[i] = static_cast<std::uint8_t>(i * i / 7 + images_.size() * i / 50);
      images_.push_back(std::move(image));
    }
  }

  std::vector<segmenter::ScoredImage> together(const SegmentOptions& options,
                                               const WindowProgress& progress = {}) {
    std::vector<const Image*> all;
    for (const auto& image : images_) all.push_back(&image);
    return segmenter::score_on_device(scorer_, files_->config, classes_, all, options, progress);
  }

  std::vector<Image> images_;
  KeepingScorer scorer_{*network_, true};  ///< on a GPU with CUDA graphs, which on_device has not
};

INSTANTIATE_TEST_SUITE_P(Variants, ImagesOnDevice,
                         testing::Values(model::Variant::kPaper, model::Variant::kOfficial),
                         [](const auto& v) {
                           return v.param == model::Variant::kPaper ? "paper" : "official";
                         });

TEST_P(ImagesOnDevice, HaveTheLabelsThatEachHasAlone) {
  for (const int batch : {1, 3, 64}) {
    SegmentOptions options;
    options.short_side = 70;  // of the third image as well
    options.window_batch = batch;
    options.min_area = batch == 3 ? std::optional<float>(0.2f) : std::nullopt;
    options = resolved(options);
    const auto found = together(options);
    ASSERT_EQ(found.size(), images_.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto labels = segmenter::label_image(found[i], options, {}).labels;
      image_ = images_[i];
      const auto alone = on_device(options).labels;
      ASSERT_EQ(labels.labels.size(), alone.labels.size());
      std::size_t other = 0;
      for (std::size_t p = 0; p < alone.labels.size(); ++p)
        other += alone.labels[p] != labels.labels[p] ? 1 : 0;
      EXPECT_LE(other, alone.labels.size() / 1000) << "image " << i << ", batch " << batch;
    }
  }
}

TEST_P(ImagesOnDevice, TellOfAllTheirWindowsTogether) {
  std::vector<int> told;
  int all = 0;
  SegmentOptions options;
  options.window_batch = 3;
  const auto found = together(resolved(options), [&](int done, int of) {
    told.push_back(done);
    all = of;
    return true;
  });
  std::size_t windows = 0;
  for (const auto& image : found) windows += image.task.windows.size();
  EXPECT_EQ(static_cast<std::size_t>(all), windows);
  EXPECT_EQ(told.front(), 0);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), all);
}

TEST_P(ImagesOnDevice, WithoutPixelsAreRefused) {
  images_[1].rgb.pop_back();
  EXPECT_ERROR(together(resolved({})), ErrorCode::kBadArgument, "120x100 with 35999 bytes");
}

}  // namespace
}  // namespace relprompt::network
