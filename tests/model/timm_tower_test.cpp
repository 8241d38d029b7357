// CLIPs whose image tower open_clip took from the timm library: the same tensors under other names.
#include "model/timm_tower.h"

#include <nlohmann/json.hpp>

#include "archive/safetensors.h"
#include "model/clip_tensors.h"
#include "model/model_files.h"
#include "model/open_clip_settings.h"
#include "model/random_model.h"
#include "model/tensor_source.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::model {
namespace {

using Json = nlohmann::ordered_json;

class TimmFolder : public testing::Test {
 protected:
  TimmFolder() {
    write_config(config());
    auto rows = image_tower_rows(clip_);
    for (auto& row : text_tower_rows(clip_)) rows.push_back(std::move(row));
    for (const auto& row : rows) add(row);
    write_weights();
  }

  static Json config() {
    return Json::parse(R"({
      "model_cfg": {
        "embed_dim": 32, "quick_gelu": true,
        "vision_cfg": {"timm_model_name": "vit_tiny_patch8_clip_quickgelu_32.test", "timm_model_pretrained": false,
                       "timm_pool": "token", "timm_proj": "linear"},
        "text_cfg": {"context_length": 32, "vocab_size": 523, "width": 64, "heads": 1, "layers": 2}
      },
      "preprocess_cfg": {}
    })");
  }
  void write_config(const Json& json) { test::write_text(folder() / kOpenClipConfig, json.dump()); }

  /// A tensor as timm has it, of the weights that the row's name gives.
  void add(const TensorRow& row) {
    auto value = random_weights("clip." + row.name, row.shape, 0);
    if (row.timm.transposed) value = transposed(value);
    auto shape = value.shape();
    if (row.timm.batched) shape.insert(shape.begin(), shape.size() == 1 ? 2 : 1, 1);
    add(row.timm.names.front(), shape, value);
  }
  void add(const std::string& name, const std::vector<std::int64_t>& shape, const Tensor& value) {
    owners_.push_back(value);
    views_.push_back(
        {name, value.dtype(), shape, static_cast<const std::byte*>(value.data()), value.bytes()});
  }
  void write_weights() { archive::write_safetensors(folder() / "open_clip_model.safetensors", views_); }

  void expect_refused(const char* key, const Json& value, const std::string& words) {
    Json json = config();
    json["model_cfg"]["vision_cfg"][key] = value;
    write_config(json);
    EXPECT_ERROR(open_model(folder()), ErrorCode::kBadModelConfig, words);
  }

  std::filesystem::path folder() const { return scratch_.path(); }

  ClipConfig clip_ = test::micro_config();
  std::vector<archive::TensorView> views_;

 private:
  const test::TemporaryFolder scratch_;
  std::vector<Tensor> owners_;
};

TEST_F(TimmFolder, HasTheTensorsOfTheSameClipUnderOurNames) {
  const auto model = open_model(folder());
  EXPECT_EQ(model.clip->checkpoint_format(), CheckpointFormat::kTimm);
  EXPECT_EQ(model.config.clip.vision.width, clip_.vision.width);
  EXPECT_EQ(model.config.clip.vision.grid, clip_.vision.grid);
  EXPECT_EQ(model.config.clip.activation, Activation::kQuickGelu);
  const test::TemporaryFolder native;
  ModelConfig plain;
  plain.clip = clip_;
  test::write_hashed_model(native / "model", plain);
  const auto same = open_model(native / "model");
  auto rows = model.image_rows();
  for (auto& row : model.text_rows()) rows.push_back(std::move(row));
  EXPECT_EQ(rows.size(), views_.size());
  for (const auto& row : rows) {
    const auto tensor = model.clip->read(row), expected = same.clip->read(row);
    EXPECT_EQ(tensor.shape(), expected.shape()) << row.name;
    EXPECT_EQ(tensor.values(), expected.values()) << row.name;
  }
}

TEST_F(TimmFolder, NamesAsTimmHasThem) {
  const auto shape_of = [&](const std::string& name) {
    for (const auto& view : views_) {
      if (view.name == name) return view.shape;
    }
    return std::vector<std::int64_t>();
  };
  using Shape = std::vector<std::int64_t>;
  EXPECT_EQ(shape_of("visual.trunk.patch_embed.proj.weight"), (Shape{128, 3, 8, 8}));
  EXPECT_EQ(shape_of("visual.trunk.cls_token"), (Shape{1, 1, 128}));
  EXPECT_EQ(shape_of("visual.trunk.pos_embed"), (Shape{1, 17, 128}));
  EXPECT_EQ(shape_of("visual.trunk.norm_pre.bias"), (Shape{128}));
  EXPECT_EQ(shape_of("visual.trunk.blocks.3.norm1.weight"), (Shape{128}));
  EXPECT_EQ(shape_of("visual.trunk.blocks.3.attn.qkv.weight"), (Shape{384, 128}));
  EXPECT_EQ(shape_of("visual.trunk.blocks.3.attn.qkv.bias"), (Shape{384}));
  EXPECT_EQ(shape_of("visual.trunk.blocks.3.attn.proj.weight"), (Shape{128, 128}));
  EXPECT_EQ(shape_of("visual.trunk.blocks.3.norm2.bias"), (Shape{128}));
  EXPECT_EQ(shape_of("visual.trunk.blocks.3.mlp.fc1.weight"), (Shape{512, 128}));
  EXPECT_EQ(shape_of("visual.trunk.blocks.3.mlp.fc2.weight"), (Shape{128, 512}));
  EXPECT_EQ(shape_of("visual.trunk.norm.weight"), (Shape{128}));
  EXPECT_EQ(shape_of("visual.head.proj.weight"), (Shape{32, 128}));
  EXPECT_EQ(shape_of("transformer.resblocks.1.attn.in_proj_weight"), (Shape{192, 64}));
}

TEST_F(TimmFolder, OtherTowersAreRefusedByName) {
  expect_refused("timm_model_name", "vit_base_patch16_siglip_224",
                 "'vit_base_patch16_siglip_224', that is not");
  expect_refused("timm_model_name", "convnext_base", "not CLIP's own");
  expect_refused("timm_model_name", std::string(5000, 'v'), "not CLIP's own");
  expect_refused("timm_model_name", "vit_tiny_patch8_clip_32", "two activations");
  expect_refused("timm_model_name", "vit_tiny_patch16_clip_quickgelu_32", "is 16, of the tensors 8");
  expect_refused("timm_pool", "avg", "'timm_pool' asks for another pooling");
  expect_refused("timm_pool", nullptr, "'timm_pool' asks for another pooling");
  expect_refused("timm_pool", "map", "'timm_pool'");
  expect_refused("timm_proj", "mlp", "'timm_proj' asks for another projection");
  expect_refused("timm_proj", "", "'timm_proj'");
  expect_refused("timm_proj_bias", true, "'timm_proj_bias'");
  expect_refused("timm_model_kwargs", {{"init_values", 0.1}}, "'timm_model_kwargs' asks for a changed tower");
}

TEST_F(TimmFolder, TensorsOfOtherTowersAreRefusedByName) {
  const Tensor vector({128}, std::vector<float>(128, 1.0f));
  add("visual.trunk.patch_embed.proj.bias", {128}, vector);
  add("visual.trunk.blocks.0.ls1.gamma", {128}, vector);
  write_weights();
  EXPECT_ERROR(open_model(folder()), ErrorCode::kTensorMismatch, "visual.trunk.patch_embed.proj.bias");
  EXPECT_ERROR(open_model(folder()), ErrorCode::kTensorMismatch, "visual.trunk.blocks.0.ls1.gamma");
}

TEST_F(TimmFolder, ATowerWithoutTextIsToldFromAClip) {
  const test::TemporaryFolder other;
  const Tensor kernel({128, 3, 8, 8}, std::vector<float>(128 * 3 * 64, 1.0f));
  archive::write_safetensors(other / "model.safetensors",
                             {{"patch_embed.proj.weight", kernel.dtype(), kernel.shape(),
                               static_cast<const std::byte*>(kernel.data()), kernel.bytes()}});
  EXPECT_ERROR(open_model(other.path()), ErrorCode::kUnknownFormat, "of the timm library alone");
}

TEST(TimmTower, NameStatesPatchAndActivation) {
  EXPECT_EQ(read_timm_tower("vit_base_patch16_clip_224.openai", "key").patch, 16);
  EXPECT_EQ(read_timm_tower("vit_base_patch16_clip_224", "key").activation, Activation::kGelu);
  EXPECT_EQ(read_timm_tower("vit_large_patch14_clip_quickgelu_336", "key").activation,
            Activation::kQuickGelu);
  for (const char* other : {"", "vit_base_patch16_224", "vit_base_patch16_clip_", "vit_base_patch_clip_224",
                            "xvit_base_patch16_clip_224", "vit_base_patch16_plus_clip_240"}) {
    EXPECT_ERROR(read_timm_tower(other, "key"), ErrorCode::kBadModelConfig, "key asks for");
  }
}

}  // namespace
}  // namespace relprompt::model
