#include "train/model_export.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "base/atomic_file.h"
#include "base/json_fields.h"
#include "base/json_output.h"
#include "base/json_read.h"
#include "base/own_files.h"
#include "base/paths.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfigName = "config.json";
constexpr const char* kPromptsName = "prompts.safetensors";

model::ModelConfig config_for(const fs::path& folder, const model::ModelFiles& model) {
  auto config = model.config;
  const fs::path clip = absolute_path(model.clip->path());
  std::error_code problem;
  const auto relative = fs::relative(clip, absolute_path(folder), problem);
  config.clip_path = problem || relative.empty() ? clip.string() : relative.string();
  config.source = "trained by relprompt";
  return config;
}

void write_prompts(const fs::path& file, const network::Network& network, const model::ModelFiles& model) {
  const auto trained = network.trained();
  std::vector<torch::Tensor> owners;
  std::vector<archive::TensorView> views;
  for (const auto& row : model.prompt_rows()) {
    owners.push_back(trained.at(row.name).detach().to(torch::kCPU).contiguous());
    const auto& value = owners.back();
    views.push_back({row.name, archive::DType::kF32, row.shape,
                     static_cast<const std::byte*>(value.data_ptr()), value.nbytes()});
  }
  archive::write_safetensors(file, views, {{"format", "relprompt"}});
}

}  // namespace

void export_model(const fs::path& folder, const network::Network& network, const model::ModelFiles& model,
                  const evaluate::TrainingFacts& facts) {
  make_folder(folder);
  const nlohmann::ordered_json about = {
      {"trained_on", facts.trained_on}, {"protocol", facts.setting},
      {"checkpoint", facts.checkpoint}, {"checkpoint_score", facts.checkpoint_score},
      {"iterations", facts.iterations}, {"seed", facts.seed}};
  write_file(folder / evaluate::kFactsName, json_text(about, 2) + "\n");
  write_file(folder / kConfigName, to_json(config_for(folder, model)));
  write_prompts(folder / kPromptsName, network, model);
}

void require_exportable(const fs::path& folder) {
  require_free({folder / evaluate::kFactsName, folder / kConfigName, folder / kPromptsName}, true);
}
}  // namespace relprompt::train
