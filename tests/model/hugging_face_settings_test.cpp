// Hugging Face folders: what config.json and preprocessor_config.json state, and what they contradict.
#include "model/hugging_face_settings.h"

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

class HuggingFaceSettings : public testing::Test {
 protected:
  CheckpointSettings read(const std::string& config) {
    test::write_text(scratch_ / "config.json", config);
    files_.clear();
    return read_hugging_face_settings(scratch_.path(), files_);
  }
  const test::TemporaryFolder scratch_;
  std::vector<fs::path> files_;
};

TEST_F(HuggingFaceSettings, NothingIsStatedWithoutFiles) {
  const auto settings = read_hugging_face_settings(scratch_.path(), files_);
  EXPECT_FALSE(settings.heads || settings.text_heads || settings.activation || settings.image);
  EXPECT_TRUE(files_.empty());
}

TEST_F(HuggingFaceSettings, AKeyLeftOutHasTheLibrarysDefault) {
  const auto settings = read(R"({"vision_config": {"num_attention_heads": 5}})");
  EXPECT_EQ(settings.heads, 5);
  EXPECT_EQ(settings.text_heads, 8);
  EXPECT_EQ(settings.activation, Activation::kQuickGelu);
  EXPECT_FALSE(settings.image) << "preprocessor_config.json states it";
  EXPECT_EQ(files_.size(), 1u);
}

TEST_F(HuggingFaceSettings, BothTowersHaveOneActivation) {
  EXPECT_EQ(
      read(R"({"vision_config": {"hidden_act": "gelu"}, "text_config": {"hidden_act": "gelu"}})").activation,
      Activation::kGelu);
  EXPECT_ERROR(read(R"({"vision_config": {"hidden_act": "gelu"}})"), ErrorCode::kBadModelConfig,
               "'hidden_act' differs");
  EXPECT_ERROR(read(R"({"vision_config": {"hidden_act": "relu"}})"), ErrorCode::kBadModelConfig,
               "one of quick_gelu, gelu");
}

TEST_F(HuggingFaceSettings, ATowersOlderObjectGoesBefore) {
  const auto settings = read(R"({"model_type": "clip",
      "vision_config": {"num_attention_heads": 5, "layer_norm_eps": 1e-6},
      "vision_config_dict": {"num_attention_heads": 7}, "text_config_dict": null})");
  EXPECT_EQ(settings.heads, 7);
  EXPECT_FLOAT_EQ(settings.norm_epsilon.value_or(0), 1e-6f);
  EXPECT_FALSE(settings.text_norm_epsilon) << "CLIP's own";
}

TEST_F(HuggingFaceSettings, SizesAreThoseOfTheTensors) {
  const auto settings =
      read(R"({"projection_dim": 640, "vision_config": {"hidden_size": 896, "patch_size": 16,
      "image_size": 240, "projection_dim": 5}, "text_config": {"vocab_size": 49408}})");
  ClipConfig clip;
  clip.vision.width = 896;
  clip.vision.grid = 15;
  clip.joint = 640;
  EXPECT_NO_THROW(check_sizes(settings.sizes, clip, "model"));
  clip.vision.grid = 14;
  clip.joint = 512;
  EXPECT_ERROR(check_sizes(settings.sizes, clip, "model"), ErrorCode::kBadModelConfig,
               "'projection_dim' is 640, of the tensors 512");
  EXPECT_ERROR(check_sizes(settings.sizes, clip, "model"), ErrorCode::kBadModelConfig,
               "is 15, of the tensors 14");
}

TEST_F(HuggingFaceSettings, OtherModelsAndHostileNumbersAreRefusedByTheKey) {
  for (const auto& [config, words] :
       {std::pair<const char*, const char*>{R"({"model_type": "siglip"})",
                                            "'model_type' is 'siglip', expected 'clip'"},
        {R"({"model_type": 3})", "model_type"},
        {R"({"vision_config": 3})", "vision_config"},
        {R"({"vision_config": {"num_attention_heads": 1e30}})", "num_attention_heads"},
        {R"({"vision_config": {"num_attention_heads": 0}})", "num_attention_heads"},
        {R"({"vision_config": {"hidden_size": 18446744073709551615}})", "hidden_size"},
        {R"({"vision_config": {"hidden_size": "768"}})", "hidden_size"},
        {R"({"vision_config": {"layer_norm_eps": 0}})", "layer_norm_eps"},
        {R"({"text_config": {"layer_norm_eps": 3}})", "layer_norm_eps"},
        {R"({"text_config_dict": [1]})", "text_config"},
        {R"({"projection_dim": -1})", "projection_dim"},
        {R"({"vision_config": {"hidden_act": 3}})", "hidden_act"},
        {"[]", "config.json"}}) {
    EXPECT_ERROR(read(config), ErrorCode::kBadModelConfig, words);
  }
}

TEST_F(HuggingFaceSettings, NormalisationIsBroughtToLevels) {
  const auto image = [&](const std::string& json) {
    test::write_text(scratch_ / "preprocessor_config.json", json);
    return read_hugging_face_settings(scratch_.path(), files_).image.value_or(Normalisation());
  };
  EXPECT_FLOAT_EQ(image(R"({"image_mean": [0.5, 0.5, 0.5], "image_std": [0.2, 0.2, 0.2]})").mean[2], 127.5f);
  EXPECT_FLOAT_EQ(image(R"({"image_mean": [0, 0, 1], "image_std": [0.2, 0.2, 0.2],
                            "rescale_factor": 0.00784313725490196})")
                      .mean[2],
                  127.5f);
  EXPECT_FLOAT_EQ(image(R"({"image_mean": [1, 2, 3], "image_std": [1, 1, 4], "do_rescale": false})").std[2],
                  4);
  for (const auto& [json, words] :
       {std::pair<const char*, const char*>{R"({"image_mean": [0, 0], "image_std": [1, 1, 1]})",
                                            "image_mean"},
        {R"({"image_mean": [0, 0, 0], "image_std": [0, 1, 1]})", ""},
        {R"({"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "rescale_factor": 0})", "rescale_factor"},
        {R"({"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "do_normalize": false})", "do_normalize"}}) {
    EXPECT_ERROR(image(json), ErrorCode::kBadModelConfig, words);
  }
}

/// A folder with the micro CLIP under Hugging Face's names, in one file or two.
class HuggingFaceFolder : public testing::Test {
 protected:
  void write(bool sharded) {
    const auto clip = test::micro_config();
    auto rows = image_tower_rows(clip);
    for (auto& row : text_tower_rows(clip)) rows.push_back(std::move(row));
    std::vector<Tensor> owners;
    std::vector<archive::TensorView> parts[2];
    std::string map;
    for (const auto& row : rows) {
      const auto source = row.source(CheckpointFormat::kHuggingFace);
      const auto value = random_weights("clip." + row.name, row.shape, 0);
      const auto whole = source.transposed ? transposed(value) : value;
      auto shape = whole.shape();
      if (source.names.size() > 1) shape[0] /= static_cast<std::int64_t>(source.names.size());
      const auto bytes = whole.bytes() / source.names.size();
      owners.push_back(whole);
      for (std::size_t i = 0; i < source.names.size(); ++i) {
        const std::size_t file = sharded && parts[0].size() > 40 ? 1 : 0;
        parts[file].push_back({source.names[i], whole.dtype(), shape,
                               static_cast<const std::byte*>(owners.back().data()) + i * bytes, bytes});
        map +=
            (map.empty() ? "" : ",") + ("\"" + source.names[i] + "\":\"part" + std::to_string(file) + "\"");
      }
    }
    if (!sharded) {
      archive::write_safetensors(scratch_ / "model.safetensors", parts[0]);
      return;
    }
    for (const int i : {0, 1}) archive::write_safetensors(scratch_ / ("part" + std::to_string(i)), parts[i]);
    test::write_text(scratch_ / "model.safetensors.index.json", "{\"weight_map\":{" + map + "}}");
  }
  void write_config(const std::string& more) {
    test::write_text(scratch_ / "config.json", R"({"model_type": "clip", "projection_dim": 32,
      "vision_config": {"num_attention_heads": 2)" +
                                                   more + R"(}, "text_config": {"num_attention_heads": 1}})");
  }
  const test::TemporaryFolder scratch_;
};

TEST_F(HuggingFaceFolder, ShardsAreThatModelInSeveralFiles) {
  write_config("");
  write(/*sharded=*/true);
  const auto shards = open_model(scratch_.path());
  EXPECT_EQ(shards.config.clip.vision.heads, 2);
  const test::TemporaryFolder target;
  import_checkpoint(scratch_.path(), target / "model", {});
  const auto imported = open_model(target / "model");
  for (const auto& row : shards.image_rows()) {
    EXPECT_EQ(to_fp32(imported.clip->read(row)).values(), to_fp32(shards.clip->read(row)).values())
        << row.name;
  }
  write(/*sharded=*/false);
  EXPECT_EQ(content_hash(open_model(scratch_.path())), content_hash(shards));
}

TEST_F(HuggingFaceFolder, TheNormsEpsilonIsTheModelsOwn) {
  write(/*sharded=*/false);
  write_config("");
  const auto usual = content_hash(open_model(scratch_.path()));
  write_config(R"(, "layer_norm_eps": 1e-6)");
  const test::TemporaryFolder target;
  import_checkpoint(scratch_.path(), target / "model", {});
  const auto model = open_model(target / "model");
  EXPECT_FLOAT_EQ(model.config.clip.vision.norm_epsilon, 1e-6f);
  EXPECT_EQ(model.config.clip.text.norm_epsilon, kNormEpsilon);
  EXPECT_NE(content_hash(open_model(scratch_.path())), usual);
}

TEST_F(HuggingFaceFolder, AConfigOfAnotherModelIsRefused) {
  write(/*sharded=*/false);
  write_config(R"(, "hidden_size": 768)");
  EXPECT_ERROR(open_model(scratch_.path()), ErrorCode::kBadModelConfig,
               "'hidden_size' is 768, of the tensors 128");
}

}  // namespace
}  // namespace relprompt::model
