#include "tiny_models.h"

#include "model/clip_tensors.h"
#include "model/model_files.h"
#include "model/model_folder.h"
#include "model/prompt_tensors.h"
#include "model/random_model.h"
#include "test_support.h"

namespace relprompt::test {

model::ClipConfig tiny_config(std::int64_t vocab) {
  model::ClipConfig config;
  config.vision = {16, 4, 128, 4, 2, 512};
  config.text = {64, 4, 1, 256, 77, vocab};
  config.joint = 64;
  return config;
}

model::ClipConfig micro_config() {
  model::ClipConfig config;
  config.vision = {8, 4, 128, 4, 2, 512};
  config.text = {64, 2, 1, 256, 32, 523};
  config.joint = 32;
  return config;
}

void write_hashed_model(const std::filesystem::path& folder, const model::ModelConfig& config) {
  std::filesystem::remove_all(folder);  // tests change files of models, which are then not ours to replace
  model::ModelFolderWriter writer(folder);
  auto rows = model::image_tower_rows(config.clip);
  const auto text = model::text_tower_rows(config.clip);
  rows.insert(rows.end(), text.begin(), text.end());
  writer.write_tensors("clip.safetensors", rows, [](const model::TensorRow& row) {
    return model::random_weights("clip." + row.name, row.shape, 0);
  });
  if (config.prompts) {
    writer.write_tensors(
        "prompts.safetensors", model::prompt_rows(config.clip, *config.prompts),
        [](const model::TensorRow& row) { return model::random_weights(row.name, row.shape, 0); });
  }
  writer.write_text("merges.txt", "#version: 0.2\nt h\n");
  writer.write_text("config.json", model::to_json(config));
  writer.commit();
}

void add_hashed_prompts(const std::filesystem::path& folder, model::Variant variant) {
  const auto bare = model::open_model(folder);
  auto config = bare.config;
  config.prompts = tiny_prompts(variant, config.clip);
  config.image = model::Normalisation::image_net();
  const TemporaryFolder scratch;
  write_hashed_model(scratch / "model", config);
  for (const char* name : {"prompts.safetensors", "config.json"}) {
    std::filesystem::copy_file(scratch / "model" / name, folder / name,
                               std::filesystem::copy_options::overwrite_existing);
  }
}

model::PromptConfig tiny_prompts(model::Variant variant, const model::ClipConfig& clip, std::int64_t tokens) {
  model::PromptConfig prompts;
  prompts.rpm.variant = variant;
  prompts.rpm.visual_prompt_tokens = tokens;
  prompts.rpm.knowledge_grid = clip.vision.grid;
  prompts.lpm.second_text_linear = variant == model::Variant::kOfficial;
  return prompts;
}

}  // namespace relprompt::test
