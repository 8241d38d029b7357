// Heads, activation and normalisation of checkpoints: stated, given, assumed and then said, or refused.
#include "model/checkpoint_settings.h"

#include "model/import_model.h"
#include "model/model_files.h"
#include "model/presets.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

/// A config of these widths, whose towers' heads are not known yet.
ModelConfig sizes_of(std::int64_t image_width, std::int64_t text_width) {
  ModelConfig config;
  config.clip = test::micro_config();
  config.clip.vision.width = image_width;
  config.clip.text.width = text_width;
  return config;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(KnownHeads, ArePublishedOnesBeforeWidthBy64) {
  const auto heads = [](Tower tower, std::int64_t width) {
    const auto known = known_heads(tower, width);
    return known ? known->heads : 0;
  };
  EXPECT_EQ(heads(Tower::kImage, 768), 12);
  EXPECT_EQ(heads(Tower::kImage, 1024), 16);
  for (const std::int64_t width : {1280, 1408, 1664, 1792})
    EXPECT_EQ(heads(Tower::kImage, width), 16) << width;
  EXPECT_EQ(heads(Tower::kText, 512), 8);
  EXPECT_EQ(heads(Tower::kText, 1280), 20) << "the same width, another tower";
  EXPECT_EQ(heads(Tower::kImage, 192), 3) << "nobody's";
  for (const std::int64_t width : {32, 100, 160, 1100}) EXPECT_EQ(heads(Tower::kImage, width), 0) << width;
  for (const auto& [name, config] : presets()) {
    EXPECT_EQ(heads(Tower::kImage, config.vision.width), config.vision.heads) << name;
    EXPECT_EQ(heads(Tower::kText, config.text.width), config.text.heads) << name;
  }
}

TEST(CheckpointSettings, WhatIsStatedNeedsNoWords) {
  auto config = sizes_of(160, 96);
  EXPECT_EQ(settle({2, 3, Activation::kGelu, Normalisation::image_net()}, "a.pt", config), "");
  EXPECT_EQ(config.clip.vision.heads, 2);
  EXPECT_EQ(config.clip.text.heads, 3);
  EXPECT_EQ(config.clip.activation, Activation::kGelu);
  EXPECT_EQ(config.image.mean, Normalisation::image_net().mean);
}

TEST(CheckpointSettings, WhatIsAssumedIsSaidWithItsFlag) {
  auto config = sizes_of(1280, 1024);
  const auto said = settle({}, "a.pt", config);
  EXPECT_EQ(config.clip.vision.heads, 16);
  EXPECT_EQ(config.clip.text.heads, 16);
  EXPECT_EQ(config.clip.activation, Activation::kQuickGelu);
  EXPECT_EQ(config.image.mean, Normalisation::clip().mean);
  for (const char* part :
       {"assumed", "16 heads in the image tower, as in ViT-H-14 (--heads", "16 heads in the text tower",
        "QuickGELU", "--activation gelu", "mean and standard deviation"}) {
    EXPECT_TRUE(contains(said, part)) << part << " in " << said;
  }
  const auto rest = settle({16, 16, std::nullopt, std::nullopt}, "a.pt", config);
  EXPECT_FALSE(contains(rest, "heads")) << rest;
  config = sizes_of(192, 64);
  EXPECT_TRUE(
      contains(settle({}, "a.pt", config), "3 heads in the image tower, one for 64 numbers of its width"));
}

TEST(CheckpointSettings, AnUnknownWidthIsAnErrorThatNamesTheFlag) {
  auto config = sizes_of(160, 64);
  EXPECT_ERROR(settle({}, "dir/a.pt", config), ErrorCode::kBadModelConfig,
               "dir/a.pt does not say how many heads its image tower has, whose width 160");
  EXPECT_ERROR(settle({}, "dir/a.pt", config), ErrorCode::kBadModelConfig, "--heads IMAGE,TEXT");
  EXPECT_ERROR(settle({3, {}, {}, {}}, "a.pt", config), ErrorCode::kBadModelConfig,
               "3 heads do not divide the image tower's width 160");
  config = sizes_of(64, 100);
  EXPECT_ERROR(settle({}, "a.pt", config), ErrorCode::kBadModelConfig, "text tower has, whose width 100");
  config.clip.text.layers = 0;
  EXPECT_FALSE(contains(settle({}, "a.pt", config), "text tower")) << "there is none";
}

TEST(CheckpointSettings, OptionsGoBeforeFiles) {
  auto config = sizes_of(160, 64);
  const CheckpointSettings stated = {4, 1, Activation::kQuickGelu, std::nullopt};
  const auto settings = with_options(stated, {2, 0, "gelu"}, config.clip);
  EXPECT_EQ(settings.heads, 2);
  EXPECT_EQ(settings.text_heads, 1) << "not given";
  EXPECT_EQ(settings.activation, Activation::kGelu);
  EXPECT_ERROR(with_options(stated, {3, 0, ""}, config.clip), ErrorCode::kBadArgument,
               "3 heads do not divide the image tower's width 160");
  EXPECT_ERROR(with_options(stated, {-2, 0, ""}, config.clip), ErrorCode::kBadArgument, "-2 heads");
  EXPECT_ERROR(with_options(stated, {0, 5, ""}, config.clip), ErrorCode::kBadArgument,
               "text tower's width 64");
  EXPECT_ERROR(with_options(stated, {0, 0, "gleu"}, config.clip), ErrorCode::kBadArgument,
               "did you mean gelu?");
  config.clip.text.layers = 0;
  EXPECT_ERROR(with_options(stated, {0, 1, ""}, config.clip), ErrorCode::kBadArgument, "text tower");
}

/// A checkpoint without words: the tensors of a model of ours alone.
class WordlessCheckpoint : public testing::Test {
 protected:
  /// Writes the file for these towers and returns its path.
  fs::path write(std::int64_t image_width, std::int64_t image_heads) {
    ModelConfig config;
    config.clip = test::micro_config();
    config.clip.vision.width = image_width;
    config.clip.vision.heads = image_heads;
    config.clip.vision.mlp_width = 2 * image_width;
    config.clip.vision.layers = 1;
    config.clip.text.layers = 1;
    test::write_hashed_model(scratch_ / "whole", config);
    fs::rename(scratch_ / "whole/clip.safetensors", scratch_ / "clip.safetensors");
    return scratch_ / "clip.safetensors";
  }
  const test::TemporaryFolder scratch_;
};

TEST_F(WordlessCheckpoint, OpensWithWhatIsAssumedAndSaysSo) {
  const auto model = open_model(write(128, 2));
  EXPECT_EQ(model.config.clip.vision.heads, 2);
  ASSERT_EQ(model.notes.size(), 1u);
  EXPECT_TRUE(contains(model.notes[0], "2 heads in the image tower, one for 64 numbers of its width"))
      << model.notes[0];
}

TEST_F(WordlessCheckpoint, OfAnUnknownWidthNeedsTheFlag) {
  const auto file = write(160, 2);
  EXPECT_ERROR(open_model(file), ErrorCode::kBadModelConfig, "--heads");
  EXPECT_ERROR(import_checkpoint(file, scratch_ / "model", {}), ErrorCode::kBadModelConfig, "--heads");
  EXPECT_FALSE(fs::exists(scratch_ / "model"));
  EXPECT_EQ(open_model(file, {2, 0, ""}).config.clip.vision.heads, 2);
}

TEST_F(WordlessCheckpoint, AnImportedModelStatesWhatWasGiven) {
  ImportOptions options;
  options.towers = {2, 1, "gelu"};
  const auto notes = import_checkpoint(write(160, 2), scratch_ / "model", options);
  const auto model = open_model(scratch_ / "model");
  EXPECT_EQ(model.config.clip.vision.heads, 2);
  EXPECT_EQ(model.config.clip.activation, Activation::kGelu);
  EXPECT_TRUE(model.notes.empty()) << "everything is stated";
  for (const auto& note : notes) EXPECT_FALSE(contains(note, "heads")) << note;
  const auto other = open_model(scratch_ / "model", {4, 0, "quick_gelu"});
  EXPECT_EQ(other.config.clip.vision.heads, 4);
  EXPECT_EQ(other.config.clip.activation, Activation::kQuickGelu);
  EXPECT_ERROR(open_model(scratch_ / "model", {3, 0, ""}), ErrorCode::kBadArgument, "3 heads");
}

TEST_F(WordlessCheckpoint, SettingsArePartOfAModelsHash) {
  const auto file = write(128, 2);
  const auto plain = content_hash(open_model(file));
  EXPECT_EQ(content_hash(open_model(file)), plain);
  EXPECT_NE(content_hash(open_model(file, {0, 0, "gelu"})), plain);
  EXPECT_NE(content_hash(open_model(file, {4, 0, ""})), plain);
  import_checkpoint(file, scratch_ / "model", {});
  EXPECT_EQ(content_hash(open_model(scratch_ / "model")), plain)
      << "the same tensors and settings in another form";
}

}  // namespace
}  // namespace relprompt::model
