// Folders as open_clip's repositories have them: what open_clip_config.json states, what it contradicts, and
// what it asks for that no tower here computes.
#include "model/open_clip_settings.h"

#include <nlohmann/json.hpp>

#include "archive/safetensors.h"
#include "model/clip_tensors.h"
#include "model/import_model.h"
#include "model/model_files.h"
#include "model/random_model.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A CLIP of two heads of 80 numbers, two text heads of 32, and layers that are not four times as wide.
ClipConfig odd_clip() {
  ClipConfig clip = test::micro_config();
  clip.vision.width = 160;
  clip.vision.heads = 2;
  clip.vision.layers = 2;
  clip.vision.mlp_width = 698;  // 160 times 4.3637, rounded down
  clip.text.heads = 2;
  return clip;
}

/// The file that open_clip would write for it.
Json odd_config() {
  return Json::parse(R"({
    "model_cfg": {
      "embed_dim": 32,
      "vision_cfg": {"image_size": 32, "layers": 2, "width": 160, "head_width": 80, "mlp_ratio": 4.3637,
                     "patch_size": 8},
      "text_cfg": {"context_length": 32, "vocab_size": 523, "width": 64, "heads": 2, "layers": 2}
    },
    "preprocess_cfg": {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.3], "interpolation": "bicubic",
                       "resize_mode": "shortest"}
  })");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class OpenClipFolder : public testing::Test {
 protected:
  OpenClipFolder() { write_config(odd_config()); }

  void write_config(const Json& config) { test::write_text(folder() / kOpenClipConfig, config.dump(1)); }

  /// Name-hashed weights under open_clip's names, behind `prefix`.
  void write_weights(const std::string& name, const ClipConfig& clip, const std::string& prefix = "") {
    auto rows = image_tower_rows(clip);
    for (auto& row : text_tower_rows(clip)) rows.push_back(std::move(row));
    std::vector<Tensor> owners;
    std::vector<archive::TensorView> views;
    for (const auto& row : rows) {
      owners.push_back(random_weights("clip." + row.name, row.shape, 0));
      const auto& value = owners.back();
      views.push_back({prefix + row.name, value.dtype(), row.shape,
                       static_cast<const std::byte*>(value.data()), value.bytes()});
    }
    archive::write_safetensors(folder() / name, views);
  }

  /// Expects that the file with this value at a JSON pointer is refused with these words.
  void expect_refused(const char* pointer, const Json& value, const std::string& words) {
    Json config = odd_config();
    config[Json::json_pointer(pointer)] = value;
    write_config(config);
    EXPECT_ERROR(read_open_clip_settings(folder() / kOpenClipConfig), ErrorCode::kBadModelConfig, words);
    EXPECT_ERROR(read_open_clip_settings(folder() / kOpenClipConfig), ErrorCode::kBadModelConfig,
                 kOpenClipConfig);
  }

  fs::path folder() const { return scratch_.path(); }

 private:
  const test::TemporaryFolder scratch_;
};

TEST_F(OpenClipFolder, OpensWithWhatItsSettingsState) {
  write_weights("open_clip_model.safetensors", odd_clip());
  const auto model = open_model(folder());
  EXPECT_EQ(model.config.clip.vision.heads, 2);
  EXPECT_EQ(model.config.clip.vision.mlp_width, 698);
  EXPECT_EQ(model.config.clip.text.heads, 2);
  EXPECT_EQ(model.config.clip.activation, Activation::kGelu) << "no quick_gelu";
  EXPECT_FLOAT_EQ(model.config.image.mean[1], 0.4f * 255);
  EXPECT_FLOAT_EQ(model.config.image.std[2], 0.3f * 255);
  EXPECT_TRUE(model.notes.empty()) << model.notes.front();
  const auto file = open_model(folder() / "open_clip_model.safetensors");
  EXPECT_EQ(content_hash(file), content_hash(model)) << "the settings beside a file hold as well";
}

TEST_F(OpenClipFolder, IsImportedAsItIsOpened) {
  write_weights("open_clip_pytorch_model.bin", odd_clip(), "module.");
  test::write_text(folder() / "merges.txt", "#version: 0.2\nt h\n");
  const test::TemporaryFolder target;
  EXPECT_TRUE(import_checkpoint(folder(), target / "model", {}).empty());
  EXPECT_EQ(content_hash(open_model(target / "model")), content_hash(open_model(folder())));
  EXPECT_TRUE(fs::exists(target / "model/merges.txt"));
}

TEST_F(OpenClipFolder, ItsWeightsGoBeforeAnotherLibrarys) {
  write_weights("model.safetensors", test::micro_config());
  write_weights("open_clip_pytorch_model.bin", odd_clip());
  write_weights("open_clip_pytorch_model.safetensors", odd_clip());
  test::write_text(folder() / "config.json", R"({"architecture": "vit_tiny", "num_classes": 32})");
  EXPECT_EQ(open_model(folder()).config.clip.vision.width, 160);
  fs::remove(folder() / kOpenClipConfig);
  EXPECT_EQ(open_model(folder() / "model.safetensors").config.clip.vision.width, 128);
  EXPECT_EQ(open_model(folder()).config.clip.vision.width, 128) << "nothing says what open_clip's are";
  fs::remove(folder() / "model.safetensors");
  EXPECT_ERROR(open_model(folder()), ErrorCode::kBadModelConfig, "--heads");  // nobody states them any more
}

TEST_F(OpenClipFolder, LinksIntoACacheAreFollowed) {
  write_weights("blob", odd_clip());
  fs::rename(folder() / kOpenClipConfig, folder() / "settings");
  fs::create_directory(folder() / "snapshot");
  fs::create_symlink("../blob", folder() / "snapshot/open_clip_model.safetensors");
  fs::create_symlink("../settings", folder() / "snapshot" / kOpenClipConfig);
  EXPECT_EQ(open_model(folder() / "snapshot").config.clip.vision.heads, 2);
  EXPECT_EQ(open_model(folder() / "snapshot/open_clip_model.safetensors").config.clip.vision.heads, 2);
}

TEST_F(OpenClipFolder, OptionsGoBeforeIt) {
  write_weights("open_clip_model.safetensors", odd_clip());
  const auto model = open_model(folder(), {4, 1, "quick_gelu"});
  EXPECT_EQ(model.config.clip.vision.heads, 4);
  EXPECT_EQ(model.config.clip.text.heads, 1);
  EXPECT_EQ(model.config.clip.activation, Activation::kQuickGelu);
}

TEST_F(OpenClipFolder, AKeyLeftOutHasOpenClipsDefault) {
  write_config(Json::parse(R"({"model_cfg": {"embed_dim": 512, "quick_gelu": true, "vision_cfg": {}}})"));
  const auto settings = read_open_clip_settings(folder() / kOpenClipConfig);
  EXPECT_EQ(settings.heads, 12);
  EXPECT_EQ(settings.text_heads, 8);
  EXPECT_EQ(settings.activation, Activation::kQuickGelu);
  EXPECT_NEAR(settings.image->mean[0], Normalisation::clip().mean[0], 1e-3);
  EXPECT_FLOAT_EQ(settings.norm_epsilon.value_or(0), 1e-5f);
  ClipConfig clip;  // a ViT-B/16
  EXPECT_NO_THROW(check_sizes(settings.sizes, clip, "model"));
  clip.text.context = 76;
  EXPECT_ERROR(check_sizes(settings.sizes, clip, "model"), ErrorCode::kBadModelConfig,
               "'context_length' is 77, of the tensors 76");
  clip.text.layers = 0;
  EXPECT_NO_THROW(check_sizes(settings.sizes, clip, "model")) << "no text tower";
}

TEST_F(OpenClipFolder, SettingsOfAnotherModelAreRefusedWithEverySize) {
  write_weights("open_clip_model.safetensors", test::micro_config());
  for (const char* words : {"'width' is 160, of the tensors 128", "'layers' is 2, of the tensors 4",
                            "'mlp_ratio' times 'width' is 698, of the tensors 512"}) {
    EXPECT_ERROR(open_model(folder()), ErrorCode::kBadModelConfig, words);
  }
}

TEST_F(OpenClipFolder, OtherTowersAreRefusedByName) {
  expect_refused("/model_cfg/vision_cfg/layers", {3, 4, 6, 3}, "'layers' should be a whole number");
  expect_refused("/model_cfg/vision_cfg/timm_model_name", "vit_base_patch16_siglip_224",
                 "asks for a tower of the timm");
  expect_refused("/model_cfg/vision_cfg/ls_init_value", 0.1, "'ls_init_value' asks for layers with a scale");
  expect_refused("/model_cfg/vision_cfg/pool_type", "avg", "'pool_type' asks for another pooling");
  expect_refused("/model_cfg/vision_cfg/no_ln_pre", true, "'no_ln_pre'");
  expect_refused("/model_cfg/vision_cfg/attentional_pool", "parallel", "'attentional_pool'");
  expect_refused("/model_cfg/text_cfg/hf_model_name", "xlm-roberta-base", "of the transformers library");
  expect_refused("/model_cfg/text_cfg/pool_type", "last", "'text_cfg' 'pool_type'");
  expect_refused("/model_cfg/text_cfg/no_causal_mask", true, "'no_causal_mask'");
  expect_refused("/model_cfg/custom_text", true, "'custom_text'");
  expect_refused("/model_cfg/multimodal_cfg", {{"width", 3}}, "a third tower");
}

TEST_F(OpenClipFolder, WhatKeepsATowerClipsIsNoReasonToRefuse) {
  Json config = odd_config();
  auto& vision = config["model_cfg"]["vision_cfg"];
  vision["pool_type"] = "tok";
  vision["timm_model_name"] = nullptr;
  vision["no_ln_pre"] = false;
  vision["image_size"] = {32, 32};
  vision["norm_kwargs"] = {{"eps", 1e-6}};
  vision["colour"] = "blue";
  config["model_cfg"]["text_cfg"]["pool_type"] = "argmax";
  config["preprocess_cfg"] = {{"mean", 0.5}, {"std", 0.25}};
  write_config(config);
  const auto settings = read_open_clip_settings(folder() / kOpenClipConfig);
  EXPECT_FLOAT_EQ(settings.norm_epsilon.value_or(0), 1e-6f);
  EXPECT_FLOAT_EQ(settings.image->std[2], 0.25f * 255);
  ASSERT_EQ(settings.notes.size(), 1u);
  EXPECT_TRUE(contains(settings.notes[0], "'colour' is not known here")) << settings.notes[0];
}

TEST_F(OpenClipFolder, HostileSettingsEndWithTheKey) {
  for (const Json& value : {Json("a"), Json(-1), Json(0), Json(1e30), Json(18446744073709551615u), Json(0.5),
                            Json::array(), Json::object(), Json(true)}) {
    for (const char* key : {"/model_cfg/vision_cfg/width", "/model_cfg/vision_cfg/head_width",
                            "/model_cfg/vision_cfg/patch_size", "/model_cfg/text_cfg/heads",
                            "/model_cfg/text_cfg/vocab_size", "/model_cfg/embed_dim"}) {
      expect_refused(key, value, std::string(key).substr(std::string(key).rfind('/') + 1));
    }
  }
  expect_refused("/model_cfg/vision_cfg/mlp_ratio", 1e300, "mlp_ratio");
  expect_refused("/model_cfg/vision_cfg/head_width", 7, "does not divide");
  expect_refused("/model_cfg/vision_cfg/image_size", {32, 48}, "image_size");
  expect_refused("/model_cfg/vision_cfg/norm_kwargs", 3, "norm_kwargs");
  expect_refused("/model_cfg/quick_gelu", "yes", "quick_gelu");
  expect_refused("/model_cfg/vision_cfg", 3, "vision_cfg");
  expect_refused("/model_cfg", nullptr, "'model_cfg' is missing");
  expect_refused("/model_cfg/vision_cfg", nullptr, "'vision_cfg' is missing");
  expect_refused("/preprocess_cfg/std", {0, 0, 0}, "");
  expect_refused("/preprocess_cfg/mean", {0.5, 0.5}, "mean");
  expect_refused("/preprocess_cfg/interpolation", 3, "interpolation");
  test::write_text(folder() / kOpenClipConfig, "[" + std::string(1000, '['));
  EXPECT_ERROR(read_open_clip_settings(folder() / kOpenClipConfig), ErrorCode::kBadModelConfig, "");
  test::write_text(folder() / kOpenClipConfig, "3");
  EXPECT_ERROR(read_open_clip_settings(folder() / kOpenClipConfig), ErrorCode::kBadModelConfig, "");
}

}  // namespace
}  // namespace relprompt::model
