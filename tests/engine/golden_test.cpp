// The engine number by number against the reference (tools/reference): the tiny network in every checkpoint
// format, and ViT-B/16.
#include <algorithm>

#include <gtest/gtest.h>

#include "engine/packed_tower.h"
#include "engine/text_encoder.h"
#include "golden_support.h"
#include "model/clip_tensors.h"
#include "model/model_folder.h"
#include "model/presets.h"
#include "model/prompt_tensors.h"
#include "model/random_model.h"
#include "numbers.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::engine {
namespace {

namespace fs = std::filesystem;
using kernels::Precision;
using test::GoldenFile;
using test::near;

constexpr double kFp32 = 1e-4;  // whole tiny network on logits of unit scale

class EngineGolden : public testing::TestWithParam<model::Variant> {
 protected:
  void SetUp() override {
    const auto shared = test::shared_folder();
    if (!shared) GTEST_SKIP() << "no ../shared folder";
    folder_ = *shared / "golden/tiny";
    golden_.emplace(folder_ / "expected.safetensors");
    model_.emplace(GetParam() == model::Variant::kOfficial ? model::open_model(folder_ / "rpn_mmseg.pth")
                                                           : paper_model());
    network_ = std::make_unique<Network>(*model_, Precision::kFp32);
  }

  std::string prefix() const { return GetParam() == model::Variant::kOfficial ? "official." : "paper."; }
  model::Tensor expected(const std::string& what) const { return (*golden_)[prefix() + what]; }

  /// The goldens' CLIP with name-hashed paper prompts, which no file holds.
  model::ModelFiles paper_model() {
    auto config = model::open_model(folder_ / "clip_hf").config;
    config.prompts = test::tiny_prompts(model::Variant::kPaper, config.clip);
    config.image = model::Normalisation::image_net();
    test::write_hashed_model(scratch_ / "paper", config);
    return model::open_model(scratch_ / "paper");
  }

  test::TemporaryFolder scratch_;
  fs::path folder_;
  std::optional<GoldenFile> golden_;
  std::optional<model::ModelFiles> model_;
  std::unique_ptr<Network> network_;
};

TEST_P(EngineGolden, PatchLogitsAndEveryTracedStage) {
  // Class token and patches of 4 layers, map and prompt of 3.
  EXPECT_EQ(expect_every_stage(*network_, *golden_, prefix(), kFp32), 4u * 2 + 3u * 2);
}

TEST_P(EngineGolden, RectangularGrid) {
  const auto wide = (*golden_)["wide_image"];
  // The upper left 96 x 144 pixels.
  std::vector<float> part;
  for (std::int64_t row = 0; row < 3 * 96; ++row) {
    const auto c = row / 96, y = row % 96;
    const float* from = wide.floats() + (c * wide.shape()[2] + y) * wide.shape()[3];
    part.insert(part.end(), from, from + 144);
  }
  const auto logits = scores_of(*network_, {part.data(), 1, 96, 144}, (*golden_)["text"]);
  EXPECT_TRUE(near(logits, expected("rectangular_patch_logits"), kFp32));
}

std::string name_of_variant(const testing::TestParamInfo<model::Variant>& variant) {
  return variant.param == model::Variant::kOfficial ? "official" : "paper";
}

INSTANTIATE_TEST_SUITE_P(Variants, EngineGolden,
                         testing::Values(model::Variant::kOfficial, model::Variant::kPaper), name_of_variant);

struct Format {
  const char* file;
  double tolerance;
};

class EngineFormats : public testing::TestWithParam<Format> {};

TEST_P(EngineFormats, GiveTheReferencesTextEmbeddings) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const GoldenFile golden(shared / "golden/tiny/expected.safetensors");
  const auto model = model::open_model(shared / "golden/tiny" / GetParam().file);
  const auto texts = golden.stored("tokens").shape()[0];
  EXPECT_TRUE(near(TextEncoder(model).encode(golden.integers("tokens"), texts), golden["text"],
                   GetParam().tolerance));
}

TEST_P(EngineFormats, GiveTheReferencesImageEmbeddings) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const GoldenFile golden(shared / "golden/tiny/expected.safetensors");
  auto model = model::open_model(shared / "golden/tiny" / GetParam().file);
  if (model.config.prompts) return;  // an RPN's class token is another one, see ClassToken
  model.config.head = "none";
  const std::vector<kernels::BlockPacking> packings(
      static_cast<std::size_t>(model.config.clip.vision.layers));
  const TowerWeights weights(model);
  const ClipEncoder encoder(model.config, weights, packed_tower(model, weights, packings, {/*use=*/false}));
  EncoderWorkspace workspace;
  kernels::Buffer<float> memory;
  const auto image = golden["image"];
  const auto state = encoder.encode(images_of(image), nullptr, workspace);
  for (std::int64_t b = 0; b < state.batch; ++b) {
    std::vector<float> embedding(static_cast<std::size_t>(encoder.joint()));
    encoder.project(state.tokens + (b * state.layout.tokens + state.layout.global) * encoder.width(), 1,
                    embedding.data(), memory);
    EXPECT_TRUE(near(embedding.data(), golden["image_embedding"].floats() + b * encoder.joint(),
                     encoder.joint(), GetParam().tolerance));
  }
}

INSTANTIATE_TEST_SUITE_P(Files, EngineFormats,
                         testing::Values(Format{"clip_hf", 1e-4}, Format{"clip_openclip.pt", 1e-4},
                                         Format{"clip_openai.pt", 2e-3}, Format{"rpn_mmseg.pth", 1e-4}),
                         [](const auto& format) {
                           std::string name = format.param.file;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

/// ViT-B/16 on the 32x32 grid, its positions resized from the 14x14 that are hashed. No text tower.
void write_base_model(const fs::path& folder, model::Variant variant) {
  model::ModelConfig config;
  config.clip = model::preset("ViT-B-16");
  config.clip.vision.grid = 32;
  config.clip.text.layers = 0;
  config.prompts = test::tiny_prompts(variant, config.clip, /*tokens=*/10);
  model::ModelFolderWriter writer(folder);
  writer.write_tensors("clip.safetensors", model::image_tower_rows(config.clip),
                       [](const model::TensorRow& row) {
                         if (row.name != "visual.positional_embedding")
                           return model::random_weights("clip." + row.name, row.shape, 0);
                         const auto hashed = model::random_weights("clip." + row.name, {197, 768}, 0);
                         auto values = resize_rows(hashed.floats() + 768, {14, 14}, {32, 32}, 768);
                         values.insert(values.begin(), hashed.floats(), hashed.floats() + 768);
                         return model::Tensor(row.shape, std::move(values));
                       });
  writer.write_tensors(
      "prompts.safetensors", model::prompt_rows(config.clip, *config.prompts),
      [](const model::TensorRow& row) { return model::random_weights(row.name, row.shape, 0); });
  writer.write_text("config.json", model::to_json(config));
  writer.commit();
}

class EngineBaseGolden : public testing::TestWithParam<model::Variant> {};

TEST_P(EngineBaseGolden, PatchLogitsOfVitB16) {
  RELPROMPT_REQUIRE_SHARED(shared);
  const GoldenFile golden(shared / "golden/base/expected.safetensors");
  const test::TemporaryFolder scratch;
  write_base_model(scratch / "base", GetParam());
  const auto model = model::open_model(scratch / "base");
  const Network network(model, Precision::kFp32);
  auto pixels = test::uniform_numbers("base_image", 3 * 512 * 512);
  for (float& value : pixels) value *= 2;
  const std::string prefix = GetParam() == model::Variant::kOfficial ? "official." : "paper.";
  const auto logits = scores_of(network, {pixels.data(), 1, 512, 512}, golden["text"]);
  EXPECT_TRUE(near(logits, golden[prefix + "patch_logits"], 1e-3));
}

INSTANTIATE_TEST_SUITE_P(Variants, EngineBaseGolden,
                         testing::Values(model::Variant::kOfficial, model::Variant::kPaper), name_of_variant);

}  // namespace
}  // namespace relprompt::engine
