// Models whose JSON or names are made to crash, to take minutes or to take gigabytes.
#include <string>

#include <gtest/gtest.h>

#include "archive/safetensors.h"
#include "limited_run.h"
#include "model/model_files.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::segmenter {
namespace {

using namespace model;

namespace fs = std::filesystem;
using test::run_within;

const std::string kDeep = std::string(400'000, '[') + std::string(400'000, ']');

void expect_refused(const fs::path& model, ErrorCode code, const std::string& fragment) {
  run_within(256, [&] { EXPECT_ERROR(open_model(model), code, fragment); });
}

/// Tensors by name and shape, all zeros.
void write_zeros(const fs::path& file,
                 const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& all) {
  static const std::vector<float> zeros(1024);
  std::vector<archive::TensorView> views;
  for (const auto& [name, shape] : all) {
    std::uint64_t bytes = sizeof(float);
    for (const auto size : shape) bytes *= static_cast<std::uint64_t>(size);
    ASSERT_LE(bytes, zeros.size() * sizeof(float));
    views.push_back(
        {name, archive::DType::kF32, shape, reinterpret_cast<const std::byte*>(zeros.data()), bytes});
  }
  archive::write_safetensors(file, views);
}

void write_hugging_face(const fs::path& folder) {
  write_zeros(folder / "model.safetensors", {{"vision_model.embeddings.patch_embedding.weight", {8, 3, 4, 4}},
                                             {"vision_model.embeddings.position_embedding.weight", {5, 8}},
                                             {"vision_model.encoder.layers.0.layer_norm1.weight", {8}},
                                             {"vision_model.encoder.layers.0.mlp.fc1.weight", {8, 8}},
                                             {"visual_projection.weight", {4, 8}}});
}

class Attack : public testing::Test {
 protected:
  Attack() { ::setenv("XDG_CACHE_HOME", (scratch_ / "cache").c_str(), 1); }
  test::TemporaryFolder scratch_;
};

TEST_F(Attack, ConfigThatNests) {
  ModelConfig config;
  config.clip = test::tiny_config();
  test::write_hashed_model(scratch_ / "model", config);
  for (const std::string& text :
       {"{\"format\":" + kDeep + "}", "{\"format\":\"relprompt\",\"clip\":{\"patch\":" + kDeep + "}}"}) {
    test::write_text(scratch_ / "model/config.json", text);
    expect_refused(scratch_ / "model", ErrorCode::kBadModelConfig, "config.json: the JSON nests too deep");
  }
}

TEST_F(Attack, HuggingFaceConfigThatNests) {
  write_hugging_face(scratch_ / "hf");
  test::write_text(scratch_ / "hf/config.json",
                   "{\"vision_config\":{\"num_attention_heads\":" + kDeep + "}}");
  expect_refused(scratch_ / "hf", ErrorCode::kBadModelConfig, "config.json: the JSON nests too deep");
  fs::remove(scratch_ / "hf/config.json");
  test::write_text(scratch_ / "hf/preprocessor_config.json", "{\"image_mean\":" + kDeep + "}");
  expect_refused(scratch_ / "hf", ErrorCode::kBadModelConfig,
                 "preprocessor_config.json: the JSON nests too deep");
}

TEST_F(Attack, HuggingFaceConfigOf113Megabytes) {
  write_hugging_face(scratch_ / "hf");
  test::write_text(scratch_ / "hf/config.json", "{");
  fs::resize_file(scratch_ / "hf/config.json", 113'000'000);
  expect_refused(scratch_ / "hf", ErrorCode::kBadModelConfig,
                 "config.json: 113000000 bytes, expected at most 4194304");
  std::string lists = "{\"x\":[0";
  while (lists.size() < 4'000'000) lists += ",[]";
  test::write_text(scratch_ / "hf/config.json", lists + "]}");
  expect_refused(scratch_ / "hf", ErrorCode::kBadModelConfig, "too many values; at most 1000000 are read");
}

TEST_F(Attack, TowerOf5000Layers) {
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> all = {
      {"visual.conv1.weight", {64, 3, 2, 2}},
      {"visual.positional_embedding", {5, 64}},
      {"visual.proj", {64, 4}},
      {"visual.transformer.resblocks.0.mlp.c_fc.weight", {8, 64}}};
  const auto layer = [](int i) {
    return "visual.transformer.resblocks." + std::to_string(i) + ".ln_1.weight";
  };
  for (int i = 0; i < 256; ++i) all.push_back({layer(i), {64}});
  write_zeros(scratch_ / "256.safetensors", all);
  expect_refused(scratch_ / "256.safetensors", ErrorCode::kTensorMismatch, "more\n");
  for (int i = 256; i < 5000; ++i) all.push_back({layer(i), {64}});
  write_zeros(scratch_ / "5000.safetensors", all);
  expect_refused(scratch_ / "5000.safetensors", ErrorCode::kTensorMismatch,
                 "a tower of more than 256 layers");
}

TEST_F(Attack, NoClipAmong400000Tensors) {
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> all = {
      {"visual.conv1.weight", {64, 3, 2, 2}},
      {"visual.positional_embedding", {5, 64}},
      {"visual.proj", {64, 4}}};
  for (int i = 0; i < 400'000; ++i) all.push_back({"tensor." + std::to_string(i), {0}});
  all.push_back({"visual.transformer.resblocks.0.mlp.c_fc.weight", {8, 64}});
  write_zeros(scratch_ / "many.safetensors", all);
  run_within(512, [&] {
    EXPECT_ERROR(open_model(scratch_ / "many.safetensors"), ErrorCode::kTensorMismatch, "and 399993 more");
    try {
      open_model(scratch_ / "many.safetensors");
    } catch (const Error& error) {
      EXPECT_LT(std::string(error.what()).size(), 2000u);
    }
  });
}

TEST_F(Attack, PathOfTheClipThatIsTooLongOrACircle) {
  ModelConfig config;
  config.clip = test::tiny_config();
  test::write_hashed_model(scratch_ / "model", config);
  fs::create_symlink("circle", scratch_ / "model/circle");
  for (const auto& [path, reason] : {std::pair(std::string(300, 'x'), "File name too long"),
                                     std::pair(std::string("circle"), "Too many levels of symbolic links")}) {
    config.clip_path = path;
    config.clip_sha256 = "0";
    test::write_text(scratch_ / "model/config.json", to_json(config));
    expect_refused(scratch_ / "model", ErrorCode::kModelNotFound, reason);
    expect_refused(scratch_ / "model" / path, ErrorCode::kModelNotFound, reason);
  }
  config.clip_path = std::string("clip.safetensors\0x", 18);
  test::write_text(scratch_ / "model/config.json", to_json(config));
  expect_refused(scratch_ / "model", ErrorCode::kBadModelConfig, "'path' under 'clip' holds a zero");
}

}  // namespace
}  // namespace relprompt::segmenter
