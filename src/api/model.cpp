// relprompt::import_model, create_random_model and inspect_model.
#include "relprompt/model.h"

#include "api/errors.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "engine/dense_head.h"
#include "measure/flops.h"
#include "model/ablations.h"
#include "model/cache_folder.h"
#include "model/import_model.h"
#include "model/model_files.h"
#include "model/presets.h"
#include "model/random_model.h"

namespace relprompt {
namespace {

namespace fs = std::filesystem;

std::uint64_t elements_of(const std::vector<model::TensorRow>& rows) {
  std::uint64_t count = 0;
  for (const auto& row : rows) count += static_cast<std::uint64_t>(row.elements());
  return count;
}

ModelFile describe(const fs::path& file) {
  const auto hash = model::remembered_hash({file}, "file", [&] {
    const MappedFile bytes(file, ErrorCode::kModelNotFound);
    Sha256 digest;
    digest.update(bytes.data(), bytes.size());
    return digest.hex();
  });
  std::error_code unknown;  // it was read a moment ago
  const auto bytes = fs::file_size(file, unknown);
  return {file.filename().string(), unknown ? 0 : bytes, hash};
}

void describe_sizes(const model::ModelConfig& config, ModelInfo& info) {
  const auto& [vision, text, joint, activation] = config.clip;
  info.image_size = static_cast<int>(vision.image_size());
  info.patch = static_cast<int>(vision.patch);
  info.grid = static_cast<int>(vision.grid);
  info.width = static_cast<int>(vision.width);
  info.layers = static_cast<int>(vision.layers);
  info.heads = static_cast<int>(vision.heads);
  info.joint_width = static_cast<int>(joint);
  info.activation = name_of(model::kActivationWords, activation);
  if (text.present()) {
    info.text_width = static_cast<int>(text.width);
    info.text_layers = static_cast<int>(text.layers);
    info.text_heads = static_cast<int>(text.heads);
    info.context_length = static_cast<int>(text.context);
  }
}

}  // namespace

std::vector<std::string> import_model(const fs::path& source, const fs::path& target,
                                      const ImportOptions& options) {
  return api::guarded([&] { return model::import_checkpoint(source, target, options); });
}

void create_random_model(const fs::path& target, const RandomModelOptions& options) {
  api::guarded([&] { model::write_random_model(target, options); });
}

ModelInfo inspect_model(const fs::path& path, const TowerOptions& towers) {
  return api::guarded([&] {
    auto model = model::open_model(path, towers);
    const auto& config = model.config;
    ModelInfo info;
    info.architecture = model::architecture_name(config.clip);
    info.variant = model::variant_name(config);
    info.source = config.source;
    describe_sizes(config, info);
    if (config.prompts) {
      info.method = name_of(model::kMethodWords, config.prompts->peft.method);
      info.method_size = model::size_text(config.prompts->peft);
      info.ablations = model::ablations_of(config);
      info.lpm = name_of(model::kFormWords, config.prompts->lpm.form);
      info.scores = name_of(model::kScoreWords, config.scores);
      if (info.variant == "official") {
        info.visual_prompt_tokens = static_cast<int>(config.prompts->rpm.visual_prompt_tokens);
      }
    }
    if (!config.prompts) {
      engine::choose_dense_head("", model);
      info.head = config.head;
    }
    info.mean.assign(config.image.mean.begin(), config.image.mean.end());
    info.std.assign(config.image.std.begin(), config.image.std.end());
    const auto protocol = model::protocol_of(config);
    info.short_side = protocol.short_side;
    info.window = protocol.window;
    info.stride = protocol.stride;
    info.trainable = elements_of(model.prompt_rows());
    info.parameters = elements_of(model.image_rows()) + elements_of(model.text_rows()) + info.trainable;
    info.gflop_classes = 20;
    info.gflop_per_window = measure::flop_per_window(config, info.window, info.gflop_classes) / 1e9;
    if (config.int8) {
      info.int8_images = static_cast<int>(config.int8->images);
      info.int8_bf16_layers.assign(config.int8->bf16_layers.begin(), config.int8->bf16_layers.end());
    }
    info.notes = model.notes;
    info.has_tokenizer = !model.tokenizer.empty();
    for (const auto& file : model.files) info.files.push_back(describe(file));
    for (const auto& file : model.tokenizer) info.files.push_back(describe(file));
    return info;
  });
}

}  // namespace relprompt
