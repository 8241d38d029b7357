// A CLIP whose tensors have timm's names labels as the same CLIP under ours.
#include <gtest/gtest.h>

#include "archive/safetensors.h"
#include "engine/network.h"
#include "golden_support.h"
#include "model/model_files.h"
#include "test_support.h"
#include "tiny_models.h"

namespace relprompt::engine {
namespace {

/// The model's towers as open_clip saves them with a tower of timm.
void write_as_timm(const model::ModelFiles& model, const std::filesystem::path& folder) {
  std::vector<model::Tensor> owners;
  std::vector<archive::TensorView> views;
  auto rows = model.image_rows();
  for (auto& row : model.text_rows()) rows.push_back(std::move(row));
  for (const auto& row : rows) {
    const auto value = model.clip->read(row);
    owners.push_back(row.timm.transposed ? model::transposed(value) : value);
    auto shape = owners.back().shape();
    if (row.timm.batched) shape.insert(shape.begin(), 1);
    views.push_back({row.timm.names.front(), value.dtype(), shape,
                     static_cast<const std::byte*>(owners.back().data()), value.bytes()});
  }
  archive::write_safetensors(folder / "open_clip_model.safetensors", views);
  test::write_text(folder / "open_clip_config.json", R"({"model_cfg": {
    "embed_dim": 32, "quick_gelu": true,
    "vision_cfg": {"timm_model_name": "vit_tiny_patch8_clip_quickgelu_32", "timm_pool": "", "image_size": 32},
    "text_cfg": {"context_length": 32, "vocab_size": 523, "width": 64, "heads": 1, "layers": 2}}})");
}

TEST(TimmTower, LabelsAsTheSameClip) {
  const test::TemporaryFolder scratch;
  model::ModelConfig config;
  config.clip = test::micro_config();
  test::write_hashed_model(scratch / "ours", config);
  const auto ours = model::open_model(scratch / "ours");
  std::filesystem::create_directory(scratch / "timm");
  write_as_timm(ours, scratch / "timm");
  const auto timm = model::open_model(scratch / "timm");
  EXPECT_EQ(timm.config.clip.vision.heads, 2);  // 128 numbers in heads of 64
  const model::Tensor image({1, 3, 40, 48}, test::uniform_numbers("image", 3 * 40 * 48));
  const model::Tensor text({5, 32}, test::unit_rows("texts", 5, 32));
  const auto scores = [&](const model::ModelFiles& model) {
    return scores_of(Network(model, kernels::Precision::kFp32), images_of(image), text);
  };
  EXPECT_EQ(scores(timm), scores(ours));
}

}  // namespace
}  // namespace relprompt::engine
