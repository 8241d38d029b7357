#include "model/model_files.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "archive/tensor_archive.h"
#include "base/hash.h"
#include "base/json_fields.h"
#include "base/json_read.h"
#include "base/mapped_file.h"
#include "base/paths.h"
#include "base/read_file.h"
#include "model/cache_folder.h"
#include "model/clip_tensors.h"
#include "model/int8_refinement.h"
#include "model/prompt_tensors.h"
#include "text/tokenizer.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

// config.json and its kin have some kilobytes; with the names of 21,000 classes in them a megabyte.
constexpr JsonRules kHuggingFaceJson = {ErrorCode::kBadModelConfig, std::size_t{4} << 20};

std::string slurp(const fs::path& path) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
  return std::string(
      read_file(path, {kMaxBytes, ErrorCode::kBadModelConfig, ErrorCode::kModelNotFound}).text());
}

template <typename Rows>
void append(Rows& all, const Rows& more) {
  all.insert(all.end(), more.begin(), more.end());
}

/// clip.safetensors of the folder itself, or the file its config points to, which must have the stated hash.
fs::path clip_file_of(const fs::path& folder, const ModelConfig& config) {
  if (config.clip_path.empty()) return folder / "clip.safetensors";
  fs::path target = folder / config.clip_path;
  if (is_folder(target)) target /= "clip.safetensors";
  if (!path_exists(target)) {
    const std::string problem = path_problem(target);
    throw Error(ErrorCode::kModelNotFound,
                fmt::format("{}: its CLIP is expected at {}, which {}", folder.string(), target.string(),
                            problem.empty() ? "does not exist" : "cannot be looked at: " + problem),
                "put the CLIP model there or correct 'path' under 'clip' in config.json");
  }
  const std::string found = sha256_of(target);
  if (found != config.clip_sha256) {
    throw Error(ErrorCode::kBadModelConfig,
                fmt::format("{}: the prompts were trained on a CLIP with SHA-256 {}, {} has {}",
                            folder.string(), config.clip_sha256, target.string(), found),
                "use the CLIP that the prompts belong to");
  }
  return target;
}

ModelFiles open_folder(const fs::path& folder) {
  ModelFiles model;
  model.path = folder;
  const fs::path config_file = folder / "config.json";
  model.config = parse_config(slurp(config_file), config_file.string());
  const fs::path clip_file = clip_file_of(folder, model.config);
  model.clip.emplace(archive::open_safetensors(clip_file), clip_file.string(), CheckpointFormat::kNative);
  model.files = {config_file, clip_file};
  auto rows = model.image_rows();
  append(rows, model.text_rows());
  model.clip->check(rows, {});
  if (model.config.prompts) {
    const fs::path prompt_file = folder / "prompts.safetensors";
    model.prompts.emplace(archive::open_safetensors(prompt_file), prompt_file.string(),
                          CheckpointFormat::kNative);
    model.prompts->check(model.prompt_rows(), {});
    model.files.push_back(prompt_file);
  }
  if (model.config.int8) {
    const fs::path means = folder / kInt8File;
    model.int8.emplace(archive::open_safetensors(means), means.string(), CheckpointFormat::kNative);
    model.int8->check(int8_rows(model.config.clip), {});
    model.files.push_back(means);
  }
  model.tokenizer = text::tokenizer_files(folder);
  if (model.tokenizer.empty()) model.tokenizer = text::tokenizer_files(clip_file.parent_path());
  return model;
}

/// A folder of ours whose config.json cannot be read any more, which is what the user should hear.
bool was_model_folder(const fs::path& folder) {
  return path_exists(folder / "config.json") &&
         (path_exists(folder / "clip.safetensors") || path_exists(folder / "prompts.safetensors"));
}

/// False only if there is nothing: whoever opens what cannot be looked at says why.
bool may_exist(const fs::path& file) {
  return path_exists(file) || !path_problem(file).empty();
}

/// What Hugging Face's JSON files state and tensors cannot: heads, activation, normalisation.
void read_hugging_face_settings(const fs::path& folder, ModelFiles& model) {
  const auto parse = [](const fs::path& file) {
    auto json = read_json_file(file, kHuggingFaceJson, ErrorCode::kModelNotFound);
    if (!json.is_object()) throw Error(ErrorCode::kBadModelConfig, file.string() + ": not a JSON object");
    return json;
  };
  const auto tower = [](const nlohmann::json& json, const char* key, const std::string& where) {
    static const nlohmann::json empty = nlohmann::json::object();
    return JsonFields(json.contains(key) ? json.at(key) : empty, where + " '" + key + "'");
  };
  auto& clip = model.config.clip;
  const fs::path config_file = folder / "config.json";
  if (may_exist(config_file)) {
    const auto json = parse(config_file);
    auto vision = tower(json, "vision_config", config_file.string());
    auto text = tower(json, "text_config", config_file.string());
    clip.vision.heads = vision.integer("num_attention_heads", clip.vision.heads, 1, clip.vision.width);
    clip.text.heads = text.integer("num_attention_heads", clip.text.heads, 1, clip.text.width);
    const auto gelu = vision.choice("hidden_act", 0, activation_names());
    clip.activation = activation_of(gelu);
    model.files.push_back(config_file);
    if (clip.vision.width % clip.vision.heads != 0 || clip.text.width % clip.text.heads != 0) {
      throw Error(ErrorCode::kBadModelConfig,
                  config_file.string() + ": 'num_attention_heads' does not divide the width");
    }
  }
  const fs::path image_file = folder / "preprocessor_config.json";
  if (may_exist(image_file)) {
    const auto json = parse(image_file);
    JsonFields fields(json, image_file.string());
    const auto mean = fields.numbers("image_mean", {}, 3), std = fields.numbers("image_std", {}, 3);
    for (std::size_t i = 0; i < mean.size() && mean.size() == std.size(); ++i) {
      model.config.image.mean[i] = static_cast<float>(mean[i]) * 255;
      model.config.image.std[i] = static_cast<float>(std[i]) * 255;
    }
    check_normalisation(model.config.image, image_file.string());
  }
}

void tell_about_activation(ModelFiles& model) {
  model.notes.push_back(
      "the file does not say which activation its towers use; QuickGELU is assumed, as in OpenAI's models "
      "(--activation gelu for towers that open_clip trained without it)");
}

ModelFiles open_checkpoint(const fs::path& path) {
  ModelFiles model;
  model.path = path;
  model.clip.emplace(archive::open_archive(path), path.string());
  const auto& source = *model.clip;
  const fs::path folder = is_folder(path) ? path : absolute_path(path).parent_path();
  model.config.clip = model::infer_config(source);
  model.config.source =
      fmt::format("{} names in {}", model::name_of(source.checkpoint_format()), source.archive().format());
  if (!is_folder(path)) model.files.push_back(path);
  for (const auto& file : source.archive().files()) {
    if (file.path != path) model.files.push_back(file.path);
  }

  if (source.checkpoint_format() == CheckpointFormat::kHuggingFace) read_hugging_face_settings(folder, model);
  if (source.checkpoint_format() == CheckpointFormat::kNative) tell_about_activation(model);
  if (source.checkpoint_format() == CheckpointFormat::kMmseg) {
    model.config.prompts = infer_prompts(source);
    model.config.image = Normalisation::image_net();
    model.prompts = model.clip;
  }
  auto rows = model.image_rows();
  append(rows, model.text_rows());
  append(rows, model.prompt_rows());
  source.check(rows, ignored_tensors());
  model.config.test = TestProtocol::for_tower(model.config.clip.vision);
  if (!model.config.clip.text.present()) {
    model.notes.push_back("the file has no text tower: class names cannot be turned into embeddings");
  }
  model.tokenizer = text::tokenizer_files(folder);
  return model;
}

}  // namespace

std::string sha256_of(const fs::path& path) {
  return remembered_hash({path}, "file", [&] {
    const MappedFile file(path, ErrorCode::kModelNotFound);
    Sha256 digest;
    digest.update(file.data(), file.size());
    return digest.hex();
  });
}

std::vector<TensorRow> ModelFiles::image_rows() const {
  return image_tower_rows(config.clip);
}

std::vector<TensorRow> ModelFiles::text_rows() const {
  return text_tower_rows(config.clip);
}

std::vector<TensorRow> ModelFiles::prompt_rows() const {
  if (!config.prompts) return {};
  return model::prompt_rows(config.clip, *config.prompts);
}

ModelFiles open_model(const fs::path& path) {
  if (!path_exists(path)) {
    const std::string problem = path_problem(path);
    throw Error(ErrorCode::kModelNotFound,
                fmt::format("no model at {}{}", path.string(), problem.empty() ? "" : ": " + problem),
                "give a model folder, or a checkpoint that `relprompt import` reads");
  }
  return is_model_folder(path) || was_model_folder(path) ? open_folder(path) : open_checkpoint(path);
}

void drop_prompts(ModelFiles& model) {
  model.config.prompts.reset();
  model.prompts.reset();
  drop_int8(model);  // its means are of passes with prompts
}

void drop_int8(ModelFiles& model) {
  model.config.int8.reset();
  model.int8.reset();
}

std::string content_hash(const ModelFiles& model) {
  // Files that hold prompts may be looked at without them (drop_prompts), so the two have their own notes.
  const char* part = model.prompts ? "model" : "towers";
  return remembered_hash(model.files, part, [&] {
    auto rows = model.image_rows();
    append(rows, model.text_rows());
    auto digests = model.clip->hash(rows);
    if (model.prompts) digests += model.prompts->hash(model.prompt_rows());
    Sha256 both;
    both.update(digests);
    return both.hex();
  });
}

}  // namespace relprompt::model
