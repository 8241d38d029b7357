#include "train/run_setup.h"

#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "base/atomic_file.h"
#include "base/paths.h"
#include "base/read_file.h"
#include "config/data_config.h"
#include "model/import_model.h"
#include "model/prompt_check.h"
#include "segmenter/sliding_window.h"
#include "segmenter/text_encoder.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

void choose_normalisation(const std::string& name, model::ModelConfig& config) {
  if (name == "clip") config.image = model::Normalisation::clip();
  if (name == "imagenet") config.image = model::Normalisation::image_net();
}

void check_fits(const config::RunConfig& config, const model::ModelConfig& model) {
  const auto& vision = model.clip.vision;
  model::check_prompts(config.model, vision, "the config's model section", ErrorCode::kBadArgument);
  if (config.augment.crop < vision.patch) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("augment.crop is {} pixels, one patch of this CLIP is {}", config.augment.crop,
                            vision.patch));
  }
}

void begin_with_prompts(const fs::path& from, const fs::path& folder, model::ModelFiles& model) {
  if (from.empty()) return;
  const auto file = folder / kInitialPrompts;
  model.prompts.emplace(archive::open_safetensors(file), file.string(), model::CheckpointFormat::kNative);
  model.prompts->check(model.prompt_rows(), {});
}

}  // namespace

void copy_initial_prompts(const fs::path& from, const fs::path& folder) {
  // A copy that is there is what the run began with, whatever has become of the model since.
  if (from.empty() || path_exists(folder / kInitialPrompts)) return;
  if (!model::is_model_folder(from) || !path_exists(from / "prompts.safetensors")) {
    throw Error(
        ErrorCode::kBadArgument,
        fmt::format("--init-from {}: that is no model folder with prompts", from.string()),
        "give the folder of a trained model, such as runs/NAME/last; `relprompt import` makes one of a "
        "checkpoint");
  }
  write_file(folder / kInitialPrompts, read_file(from / "prompts.safetensors").text());
}

model::ModelFiles open_trainee(const config::RunConfig& config, const fs::path& folder,
                               RunListener& listener) {
  model::require_trainable(config.model, "the config's model section", ErrorCode::kBadArgument);
  auto model = open_untrained(config, folder, listener);
  begin_with_prompts(config.paths.init_from, folder, model);
  return model;
}

model::ModelFiles open_untrained(const config::RunConfig& config, const fs::path& folder,
                                 RunListener& listener) {
  fs::path path = config.paths.clip;
  if (path.empty()) {
    throw Error(ErrorCode::kBadArgument, "no CLIP to train on is given",
                "add --clip MODEL, a model folder or a CLIP checkpoint");
  }
  if (path_exists(path) && !model::is_model_folder(path)) {
    const auto imported = folder / "clip";
    if (!model::is_model_folder(imported)) {
      listener.on_note(
          fmt::format("{} is no model folder: importing it to {}", path.string(), imported.string()));
      ImportOptions options;
      options.vocab = config.paths.vocab;
      for (const auto& note : model::import_checkpoint(path, imported, options)) listener.on_note(note);
    }
    path = imported;
  }
  auto model = model::open_model(path);
  if (model.config.prompts) listener.on_note(path.string() + " has prompts; only its CLIP is used");
  model.config.clip_sha256 = model::sha256_of(model.clip->path());
  choose_normalisation(config.normalisation, model.config);
  check_fits(config, model.config);
  model.config.prompts = config.model;
  model.config.scores =
      config.loss.kind == model::LossKind::kSoftmax ? model::ScoreKind::kSoftmax : model::ScoreKind::kSigmoid;
  model.prompts.reset();
  model::drop_int8(model);  // trained prompts will ask for other means
  auto& test = model.config.test;
  if (config.test.short_side > 0) test.short_side = config.test.short_side;
  if (config.test.window > 0) test.window = config.test.window;
  if (config.test.stride > 0) test.stride = config.test.stride;
  return model;
}

segmenter::ClassEmbeddings run_embeddings(const fs::path& file, const model::ModelFiles& model,
                                          const config::RunConfig& config, const ClassList& classes) {
  if (path_exists(file)) {
    const auto archive = archive::open_safetensors(file);
    const auto* view = archive->find("embeddings");
    const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(classes.size()),
                                             model.config.clip.joint};
    if (view == nullptr || view->dtype != archive::DType::kF32 || view->shape != shape) {
      throw Error(
          ErrorCode::kTensorMismatch,
          fmt::format("{}: not the embeddings of the {} classes of this run", file.string(), classes.size()),
          "delete it: it will be made again");
    }
    std::vector<float> rows(static_cast<std::size_t>(shape[0] * shape[1]));
    std::memcpy(rows.data(), view->data, view->bytes);
    if (!segmenter::are_unit(rows, shape[1])) {
      throw Error(ErrorCode::kTensorMismatch,
                  fmt::format("{}: embeddings that are no unit vectors", file.string()),
                  "delete it: it will be made again");
    }
    return segmenter::one_row_each(std::move(rows), shape[1]);
  }
  auto text = config.text;
  text.names = NameRule::kAverage;  // training asks for one row a class
  auto embeddings = segmenter::encode_classes(model, config.paths.vocab, classes, text).embeddings;
  const std::vector<std::int64_t> shape = {embeddings.texts().count, embeddings.width};
  archive::write_safetensors(file, {{"embeddings", archive::DType::kF32, shape,
                                     reinterpret_cast<const std::byte*>(embeddings.rows.data()),
                                     embeddings.rows.size() * sizeof(float)}});
  return embeddings;
}

}  // namespace relprompt::train
