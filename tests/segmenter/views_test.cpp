// Test-time augmentation beside what it stands for: separate passes over resized and mirrored images, whose
// probabilities are averaged here. The micro network, in every way in which it makes scores.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "relprompt/error.h"

#include "numbers.h"
#include "segmenter/sliding_window.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::segmenter {
namespace {

constexpr int kHeight = 40, kWidth = 56;
constexpr std::size_t kClasses = 3, kPixels = kHeight * kWidth;

struct Pass {
  Segmentation result;
  std::vector<float> scores;  ///< [class, height, width]
};

Image image() {
  Image image{kHeight, kWidth, {}};
  for (const float number : test::uniform_numbers("views", 7 * 10 * 3))
    image.rgb.push_back(static_cast<std::uint8_t>((number + 1) * 127));
  Image full{kHeight, kWidth, std::vector<std::uint8_t>(kPixels * 3)};
  for (std::size_t i = 0; i < full.rgb.size(); ++i) {  // blocks of 6 pixels, so that resizing keeps something
    const std::size_t c = i % 3, x = i / 3 % kWidth / 6, y = i / 3 / kWidth / 6;
    full.rgb[i] = image.rgb[(y * 10 + x) * 3 + c];
  }
  return full;
}

Image mirrored(const Image& image) {
  Image result = image;
  for (std::size_t i = 0; i < kPixels; ++i) {
    const std::size_t x = i % kWidth, other = i - x + kWidth - 1 - x;
    std::copy_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(3 * other), 3,
                result.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i));
  }
  return result;
}

std::vector<float> mirrored(const std::vector<float>& planes) {
  auto result = planes;
  for (auto row = result.begin(); row != result.end(); row += kWidth) std::reverse(row, row + kWidth);
  return result;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = a.size() == b.size() ? 0 : NAN;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(double{a[i]} - double{b[i]}));
  return worst;
}

/// A bare CLIP by the head's name, or the paper's network, with one of both kinds of scores.
class Views : public testing::TestWithParam<const char*> {
 protected:
  Views() : model_(make(GetParam())), network_(model_, kernels::Precision::kFp32) {
    const auto width = model_.config.clip.joint;
    classes_ = one_row_each(test::unit_rows("names", 4, width), width);
    classes_.first = {0, 2, 3, 4};
    options_.short_side = kHeight;
    options_.window = 32;
    options_.stride = 20;
  }

  model::ModelFiles make(const std::string& kind) {
    model::ModelConfig config;
    config.clip = test::micro_config();
    const bool prompts = kind == "sigmoid" || kind == "softmax";
    if (prompts) {
      config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
      config.scores = kind == "softmax" ? model::ScoreKind::kSoftmax : model::ScoreKind::kSigmoid;
    } else {
      config.head = kind;
    }
    test::write_hashed_model(scratch_ / "model", config);
    return model::open_model(scratch_ / "model");
  }

  Pass pass(const Image& image, const SegmentOptions& options, const WindowProgress& progress = {}) {
    EngineScorer scorer(network_);
    Pass pass;
    pass.result = segment_image(
        scorer, model_.config, classes_, image, resolve(options, model_.config, kClasses),
        [&](std::size_t, std::size_t count, const float* planes) {
          pass.scores.insert(pass.scores.end(), planes, planes + count * kPixels);
        },
        progress);
    return pass;
  }

  const test::TemporaryFolder scratch_;
  model::ModelFiles model_;
  engine::Network network_;
  ClassEmbeddings classes_;
  SegmentOptions options_;
};

TEST_P(Views, AreTheMeanOfSeparatePasses) {
  options_.seen = {0, 2};
  options_.calibration = 0.07f;
  std::vector<float> expected(kClasses * kPixels, 0.0f);
  int windows = 0;
  for (const int side : {20, 40, 60}) {
    auto single = options_;
    single.short_side = side;
    for (const bool flip : {false, true}) {
      const auto one = pass(flip ? mirrored(image()) : image(), single);
      const auto scores = flip ? mirrored(one.scores) : one.scores;
      for (std::size_t i = 0; i < scores.size(); ++i) expected[i] += scores[i] / 6;
      windows += one.result.windows;
    }
  }
  options_.scales = {0.5, 1, 1.5};
  options_.flip = true;
  const auto found = pass(image(), options_);
  // A mirrored image resized is a resized image mirrored but for the rounding to 8 bits.
  EXPECT_LT(distance(found.scores, expected), 2e-3);
  EXPECT_EQ(found.result.windows, windows);
  EXPECT_EQ(found.result.resized_height, 20);
  for (std::size_t i = 0; i < kPixels; ++i) {
    const auto label = std::size_t{found.result.labels.labels[i]};
    for (std::size_t c = 0; c < kClasses; ++c)
      ASSERT_GE(found.scores[label * kPixels + i] + 1e-5f, found.scores[c * kPixels + i]) << "pixel " << i;
  }
}

TEST_P(Views, WithoutResizingTheMeanIsExact) {
  options_.flip = true;
  const auto here = pass(image(), options_);
  options_.flip = false;
  const auto plain = pass(image(), options_).scores;
  const auto other = mirrored(pass(mirrored(image()), options_).scores);
  EXPECT_GT(distance(plain, other), 1e-3) << "a poor test";
  std::vector<float> expected(plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) expected[i] = (plain[i] + other[i]) / 2;
  EXPECT_LT(distance(here.scores, expected), 1e-6);
}

TEST_P(Views, AMirroredImageHasTheMirroredScores) {
  options_.flip = true;
  options_.scales = {1, 0.8};
  EXPECT_LT(distance(pass(image(), options_).scores, mirrored(pass(mirrored(image()), options_).scores)),
            2e-3);
}

TEST_P(Views, ScaleOneIsThePlainResultToTheBit) {
  const auto plain = pass(image(), options_);
  options_.scales = {1};
  const auto found = pass(image(), options_);
  EXPECT_EQ(found.scores, plain.scores);
  EXPECT_EQ(found.result.labels.labels, plain.result.labels.labels);
  EXPECT_EQ(found.result.windows, plain.result.windows);
}

TEST_P(Views, AWholeImageIsOneWindowAtEveryScale) {
  options_.window = options_.stride = 200;  // larger than the image at any of these
  std::vector<float> expected(kClasses * kPixels, 0.0f);
  for (const int side : {20, 80}) {
    options_.short_side = side;
    const auto scores = pass(image(), options_).scores;
    for (std::size_t i = 0; i < scores.size(); ++i) expected[i] += scores[i] / 2;
  }
  options_.short_side = kHeight;
  options_.window = kWholeImage;
  options_.stride = 0;
  options_.scales = {0.5, 2};
  const auto found = pass(image(), options_);
  EXPECT_EQ(found.result.windows, 2);
  EXPECT_LT(distance(found.scores, expected), 1e-6);
}

TEST_P(Views, ProgressCountsTheWindowsOfAllOfThem) {
  options_.scales = {0.5, 1, 1.5};
  options_.flip = true;
  options_.window_batch = 1;
  std::vector<int> steps;
  int all = 0;
  const auto found = pass(image(), options_, [&](int done, int of) {
    steps.push_back(done);
    all = of;
    return true;
  });
  ASSERT_EQ(static_cast<int>(steps.size()), found.result.windows + 1);
  for (int i = 0; i <= all; ++i) EXPECT_EQ(steps[static_cast<std::size_t>(i)], i);
  EXPECT_EQ(all, found.result.windows);
  EXPECT_ERROR(pass(image(), options_, [](int done, int) { return done < 5; }), ErrorCode::kCancelled,
               "after 5 of " + std::to_string(all) + " windows");
}

TEST_P(Views, BadOnesAreNamed) {
  const auto bad = [&](const std::vector<double>& scales, const std::string& fragment) {
    options_.scales = scales;
    EXPECT_ERROR(pass(image(), options_), ErrorCode::kBadArgument, fragment);
  };
  bad({0}, "scale 0: expected 0.1 to 8");
  bad({-1}, "scale -1: expected 0.1 to 8");
  bad({1, 8.5}, "scale 8.5: expected 0.1 to 8");
  bad({NAN}, "scale nan: expected 0.1 to 8");
  bad({1, 0.5, 1}, "scale 1 is given twice");
  bad(std::vector<double>(17, 1), "17 scales: expected 1 to 16");
  bad({0.1}, "scale 0.1 of a short side of 40 is 4 pixels: expected 8 (one patch)");
  options_.scales = {1};
  options_.refine = Refinement::kPamr;
  EXPECT_NO_THROW(pass(image(), options_));
  options_.flip = true;
  EXPECT_ERROR(pass(image(), options_), ErrorCode::kBadArgument, "together with refined scores");
}

INSTANTIATE_TEST_SUITE_P(Scores, Views, testing::Values("sigmoid", "softmax", "naclip", "maskclip"),
                         [](const auto& run) { return std::string(run.param); });

}  // namespace
}  // namespace relprompt::segmenter
