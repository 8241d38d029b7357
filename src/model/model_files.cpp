#include "model/model_files.h"

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "archive/tensor_archive.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "base/paths.h"
#include "base/read_file.h"
#include "model/cache_folder.h"
#include "model/checkpoint_folder.h"
#include "model/checkpoint_settings.h"
#include "model/clip_tensors.h"
#include "model/hugging_face_settings.h"
#include "model/int8_refinement.h"
#include "model/model_place.h"
#include "model/open_clip_settings.h"
#include "model/place_hints.h"
#include "model/prompt_check.h"
#include "model/prompt_tensors.h"
#include "text/tokenizer.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

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

/// What the config says, with the user's own words on top.
void apply(const TowerOptions& towers, const std::string& path, ModelConfig& config) {
  auto& clip = config.clip;
  const CheckpointSettings stated = {clip.vision.heads, clip.text.heads,          clip.activation,
                                     config.image,      clip.vision.norm_epsilon, clip.text.norm_epsilon};
  settle(with_options(stated, towers, clip), path, config);
  if (config.prompts) check_prompts(*config.prompts, clip.vision, path + " 'prompts'");
}

ModelFiles open_folder(const fs::path& folder, const TowerOptions& towers) {
  ModelFiles model;
  model.path = folder;
  const fs::path config_file = folder / "config.json";
  model.config = parse_config(slurp(config_file), config_file.string());
  apply(towers, folder.string(), model.config);
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

/// What the file, its neighbours and its format say about the towers.
CheckpointSettings stated_by(const TensorSource& source, const fs::path& folder,
                             std::vector<fs::path>& files) {
  const auto format = source.checkpoint_format();
  if (format == CheckpointFormat::kHuggingFace) return read_hugging_face_settings(folder, files);
  CheckpointSettings stated;
  const bool of_open_clip = format == CheckpointFormat::kNative || format == CheckpointFormat::kTimm;
  if (of_open_clip && may_exist(folder / kOpenClipConfig)) {
    files.push_back(folder / kOpenClipConfig);
    return read_open_clip_settings(files.back());
  }
  // The authors' code has this activation and this normalisation fixed.
  if (format == CheckpointFormat::kMmseg) {
    stated.activation = Activation::kQuickGelu;
    stated.image = Normalisation::image_net();
  }
  return stated;
}

/// The file or folder that the archive is opened from. What open_clip's settings ask for and no tower here
/// computes is said in their words, before it shows in the names of tensors.
fs::path archive_place(const fs::path& path) {
  const fs::path of_open_clip = is_folder(path) ? open_clip_weights_in(path) : fs::path();
  if (of_open_clip.empty()) return path;
  if (may_exist(path / kOpenClipConfig)) read_open_clip_settings(path / kOpenClipConfig);
  return of_open_clip;
}

ModelFiles open_checkpoint(const fs::path& path, const TowerOptions& towers) {
  ModelFiles model;
  model.path = path;
  const fs::path folder = is_folder(path) ? path : absolute_path(path).parent_path();
  model.clip.emplace(archive::open_archive(archive_place(path)), path.string());
  const auto& source = *model.clip;
  model.config.clip = model::infer_config(source);
  model.config.source =
      fmt::format("{} names in {}", model::name_of(source.checkpoint_format()), source.archive().format());
  if (!is_folder(path)) model.files.push_back(path);
  for (const auto& file : source.archive().files()) {
    if (file.path != path) model.files.push_back(file.path);
  }

  const auto stated = stated_by(source, folder, model.files);
  if (source.checkpoint_format() == CheckpointFormat::kMmseg) {
    model.config.prompts = infer_prompts(source);
    model.prompts = model.clip;
  }
  auto rows = model.image_rows();
  append(rows, model.text_rows());
  append(rows, model.prompt_rows());
  source.check(rows, ignored_tensors());  // first of all: nobody needs to know the heads of what is no CLIP
  const auto assumed = settle(with_options(stated, towers, model.config.clip), path.string(), model.config);
  model.notes = stated.notes;
  if (!assumed.empty()) model.notes.push_back(assumed);
  model.config.test = TestProtocol::for_tower(model.config.clip.vision);
  if (!model.config.clip.text.present()) {
    model.notes.push_back("the file has no text tower: class names cannot be turned into embeddings");
  }
  model.tokenizer = text::tokenizer_files(folder);
  return model;
}

/// What is computed with the tensors, but for the protocol, which results state apart.
std::string settings_of(const ModelFiles& model) {
  ModelConfig config = model.config;
  config.source.clear();
  config.clip_path.clear();
  config.clip_sha256.clear();
  config.words.clear();
  config.test = {};
  config.dense.reset();
  config.refine = Refinement::kNone;
  return to_json(config);
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

ModelFiles open_model(const fs::path& given, const TowerOptions& towers) {
  const auto path = local_place(given);
  if (!path_exists(path)) {
    const std::string problem = path_problem(path), meant = hub_name_meant(path.string());
    throw Error(ErrorCode::kModelNotFound,
                fmt::format("no model at {}{}", path.string(), problem.empty() ? "" : ": " + problem),
                meant.empty()
                    ? "give a model folder, a checkpoint that `relprompt import` reads, or ORG/NAME of the "
                      "Hugging Face hub"
                    : fmt::format("the hub has {}: give that name, and it is fetched", meant));
  }
  if (is_model_folder(path) || was_model_folder(path)) return open_folder(path, towers);
  if (is_folder(path)) refuse_run_folder(path);
  return open_checkpoint(path, towers);
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
  Sha256 whole;
  whole.update(settings_of(model));
  whole.update(remembered_hash(model.files, part, [&] {
    auto rows = model.image_rows();
    append(rows, model.text_rows());
    auto digests = model.clip->hash(rows);
    if (model.prompts) digests += model.prompts->hash(model.prompt_rows());
    Sha256 both;
    both.update(digests);
    return both.hex();
  }));
  return whole.hex();
}

}  // namespace relprompt::model
