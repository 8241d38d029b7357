// Refining int8 on images: what is measured is what the written model then does.
#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "relprompt/quantization.h"

#include "base/atomic_file.h"
#include "model/import_model.h"
#include "segmenter/int8_calibration.h"
#include "segmenter/sliding_window.h"
#include "segmenter/text_encoder.h"
#include "test_support.h"
#include "world/names.h"
#include "world/scene.h"

namespace relprompt::segmenter {
namespace {

using namespace model;
using kernels::Precision;

namespace fs = std::filesystem;

constexpr std::uint64_t kSeed = 77;

class Int8 : public testing::Test {
 protected:
  Int8() : model_(open_model(fs::path(RELPROMPT_SOURCE_DIR) / "models/demo")) {
    ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1);
    classes_ = encode_classes(model_, {}, world::class_list(), TextOptions{}).embeddings;
  }

  static Image image(std::size_t i) { return world::make_scene(kSeed, i).image; }

  Calibration run(std::size_t images, double agreement = 0) {
    return calibrate(model_, classes_, images, image, agreement, {});
  }

  fs::path write(const Calibration& found, const std::string& name) {
    auto model = model_;
    model.config.int8 =
        Int8Config{static_cast<std::int64_t>(found.report.calibration_images), found.refinement.bf16_layers};
    write_model(model, found.refinement, scratch_ / name, /*half=*/false, /*replace=*/true);
    return scratch_ / name;
  }

  std::vector<std::uint16_t> labels(const ModelFiles& model, Precision precision, std::size_t i) {
    const engine::Network network(model, precision);
    EngineScorer scorer(network);
    const auto options = resolve({}, model.config, classes_.classes());
    return segment_image(scorer, model.config, classes_, image(i), options, {}).labels.labels;
  }

  test::TemporaryFolder scratch_;
  ModelFiles model_;
  ClassEmbeddings classes_;
};

TEST_F(Int8, TheWrittenModelAgreesAsReported) {
  const auto found = run(8);
  EXPECT_EQ(found.report.calibration_images, 4u);
  EXPECT_EQ(found.report.tested_images, 4u);
  EXPECT_GE(found.report.after, 0.985);
  EXPECT_LT(found.report.after, 1.0);

  const auto written = open_model(write(found, "refined"));
  ASSERT_TRUE(written.config.int8);
  EXPECT_EQ(written.config.int8->images, 4);
  double equal = 0, all = 0;
  for (const std::size_t i : {1, 3, 5, 7}) {
    const auto exact = labels(model_, Precision::kFp32, i), rounded = labels(written, Precision::kInt8, i);
    EXPECT_EQ(labels(written, Precision::kFp32, i), exact);  // other precisions stay as they were
    for (std::size_t k = 0; k < exact.size(); ++k) equal += exact[k] == rounded[k] ? 1 : 0;
    all += static_cast<double>(exact.size());
  }
  EXPECT_DOUBLE_EQ(equal / all, found.report.after);
}

TEST_F(Int8, TheOlderKeyOfTheNumberOfImagesIsRead) {
  const fs::path config = write(run(2), "older") / "config.json";
  auto text = test::read_text(config);
  const auto at = text.find("\"images\"");
  ASSERT_NE(at, std::string::npos);
  test::write_text(config, text.replace(at, 8, "\"photos\""));
  const auto older = open_model(scratch_ / "older");
  ASSERT_TRUE(older.config.int8);
  EXPECT_EQ(older.config.int8->images, 1);
}

TEST_F(Int8, MeansDependOnEveryLayerAndAreRepeatable) {
  const auto first = run(2), second = run(2);
  const auto rows = int8_rows(model_.config.clip);
  ASSERT_EQ(first.refinement.means.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& means = first.refinement.means[i];
    EXPECT_EQ(static_cast<std::int64_t>(means.size()), rows[i].elements()) << rows[i].name;
    const bool some = std::any_of(means.begin(), means.end(), [](float mean) { return mean != 0; });
    EXPECT_EQ(some, first.report.means) << rows[i].name;
    EXPECT_EQ(means, second.refinement.means[i]) << rows[i].name;
  }
}

TEST_F(Int8, KeepsNoMoreLayersThanAsked) {
  const auto easy = run(4, 0.5);
  EXPECT_TRUE(easy.report.reached);
  EXPECT_TRUE(easy.report.layers_in_bf16.empty());
  const auto hard = run(4, 1.0);
  const auto layers = static_cast<std::size_t>(model_.config.clip.vision.layers);
  EXPECT_FALSE(hard.report.layers_in_bf16.empty());
  EXPECT_TRUE(hard.report.reached || hard.report.layers_in_bf16.size() == layers);
  EXPECT_GE(hard.report.after, easy.report.after);
}

TEST_F(Int8, WithEveryLayerKeptItIsBfloat16) {
  auto all = run(2);
  for (std::int64_t i = 1; i <= model_.config.clip.vision.layers; ++i) {
    all.refinement.bf16_layers.push_back(i);
  }
  const auto written = open_model(write(all, "bf16"));
  EXPECT_EQ(written.config.int8->bf16_layers, all.refinement.bf16_layers);
  EXPECT_EQ(labels(written, Precision::kInt8, 1), labels(model_, Precision::kBf16, 1));
}

TEST_F(Int8, OneImageServesForBoth) {
  const auto found = run(1);
  EXPECT_EQ(found.report.calibration_images, 1u);
  EXPECT_EQ(found.report.tested_images, 1u);
}

TEST_F(Int8, SurvivesImportButNotDroppedPrompts) {
  const auto refined = write(run(2), "refined");
  import_checkpoint(refined, scratch_ / "copy", {});
  auto copy = open_model(scratch_ / "copy");
  ASSERT_TRUE(copy.int8);
  EXPECT_EQ(labels(copy, Precision::kInt8, 1), labels(open_model(refined), Precision::kInt8, 1));
  drop_prompts(copy);
  EXPECT_FALSE(copy.int8);
  EXPECT_FALSE(copy.config.int8);
}

TEST_F(Int8, BadFilesAreErrors) {
  const auto refined = write(run(2), "refined");
  const auto means = refined / kInt8File;
  fs::rename(means, scratch_ / "aside");
  EXPECT_ERROR(open_model(refined), ErrorCode::kModelNotFound, kInt8File);
  fs::copy(refined / "prompts.safetensors", means);  // tensors, but others
  EXPECT_ERROR(open_model(refined), ErrorCode::kTensorMismatch, "attn.in_proj.mean");
  fs::remove(means);
  write_file(means, "not a tensor file");
  EXPECT_ERROR(open_model(refined), ErrorCode::kBadHeader, kInt8File);
}

}  // namespace
}  // namespace relprompt::segmenter
