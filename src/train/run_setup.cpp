#include "train/run_setup.h"

#include <cstring>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "archive/safetensors.h"
#include "base/paths.h"
#include "config/data_config.h"
#include "segmenter/import_model.h"
#include "segmenter/photo_segmenter.h"
#include "segmenter/prompt_check.h"
#include "segmenter/text_encoder.h"
#include "train/label_space.h"

namespace relprompt::train {
namespace {

namespace fs = std::filesystem;

OpenSet open_set(const std::optional<data::DatasetSpec>& wanted, const RunConfig& config, const char* part) {
  if (!wanted) {
    throw Error(ErrorCode::kBadArgument, fmt::format("the config has no data.{}", part),
                fmt::format("add data.{}: {{kind: ..., split: ...}}", part));
  }
  auto spec = *wanted;
  if (spec.root.empty()) spec.root = config.paths.data;
  if (spec.root.empty()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("where the {} set ({}) lies is not known", part, spec.kind), "add --data FOLDER");
  }
  OpenSet set;
  set.dataset = data::open_dataset(spec);
  set.classes = config::with_split(set.dataset->classes(), config.data);
  set.name = spec.kind == "folder" ? spec.root.filename().string() : spec.kind;
  set.split = spec.split;
  return set;
}

void choose_normalisation(const std::string& name, segmenter::ModelConfig& config) {
  if (name == "clip") config.image = segmenter::Normalisation::clip();
  if (name == "imagenet") config.image = segmenter::Normalisation::image_net();
}

void check_fits(const RunConfig& config, const segmenter::ModelConfig& model) {
  const auto& vision = model.clip.vision;
  segmenter::check_prompts(config.model, vision, "the config's model section", ErrorCode::kBadArgument);
  if (config.augment.crop < vision.patch) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("augment.crop is {} pixels, one patch of this CLIP is {}", config.augment.crop,
                            vision.patch));
  }
}

segmenter::ClassEmbeddings from_rows(const torch::Tensor& rows) {
  segmenter::ClassEmbeddings embeddings;
  embeddings.rows = rows;
  for (std::int64_t i = 0; i <= rows.size(0); ++i) embeddings.first.push_back(static_cast<std::size_t>(i));
  return embeddings;
}

}  // namespace

OpenSet open_training_set(const RunConfig& config) {
  return open_set(config.data.train, config, "train");
}

OpenSet open_test_set(const RunConfig& config) {
  return open_set(config.data.test, config, "test");
}

segmenter::ModelFiles open_trainee(const RunConfig& config, const fs::path& folder, RunListener& listener) {
  segmenter::require_trainable(config.model, "the config's model section", ErrorCode::kBadArgument);
  return open_untrained(config, folder, listener);
}

segmenter::ModelFiles open_untrained(const RunConfig& config, const fs::path& folder, RunListener& listener) {
  fs::path path = config.paths.clip;
  if (path.empty()) {
    throw Error(ErrorCode::kBadArgument, "no CLIP to train on is given",
                "add --clip MODEL, a model folder or a CLIP checkpoint");
  }
  if (path_exists(path) && !segmenter::is_model_folder(path)) {
    const auto imported = folder / "clip";
    if (!segmenter::is_model_folder(imported)) {
      listener.on_note(
          fmt::format("{} is no model folder: importing it to {}", path.string(), imported.string()));
      ImportOptions options;
      options.vocab = config.paths.vocab;
      for (const auto& note : segmenter::import_checkpoint(path, imported, options)) listener.on_note(note);
    }
    path = imported;
  }
  auto model = segmenter::open_model(path);
  if (model.config.prompts) listener.on_note(path.string() + " has prompts; only its CLIP is used");
  model.config.clip_sha256 = segmenter::sha256_of(model.clip->path());
  choose_normalisation(config.normalisation, model.config);
  check_fits(config, model.config);
  model.config.prompts = config.model;
  model.config.scores = config.loss.kind == loss::LossKind::kSoftmax ? segmenter::ScoreKind::kSoftmax
                                                                     : segmenter::ScoreKind::kSigmoid;
  model.prompts.reset();
  segmenter::drop_int8(model);  // trained prompts will ask for other means
  auto& test = model.config.test;
  if (config.test.short_side > 0) test.short_side = config.test.short_side;
  if (config.test.window > 0) test.window = config.test.window;
  if (config.test.stride > 0) test.stride = config.test.stride;
  return model;
}

segmenter::ClassEmbeddings run_embeddings(const fs::path& file, const segmenter::ModelFiles& model,
                                          const RunConfig& config, const ClassList& classes) {
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
    auto rows = torch::empty(shape);
    std::memcpy(rows.data_ptr(), view->data, view->bytes);
    const auto lengths = rows.norm(2, -1);  // NaN or infinity where a number is
    if (!(lengths - 1).abs().lt(1e-3).all().item<bool>()) {
      throw Error(ErrorCode::kTensorMismatch,
                  fmt::format("{}: embeddings that are no unit vectors", file.string()),
                  "delete it: it will be made again");
    }
    return from_rows(rows);
  }
  auto text = config.text;
  text.max_over_names = false;  // training asks for one row a class
  const torch::NoGradGuard no_grad;
  const auto rows =
      segmenter::encode_classes(model, config.paths.vocab, classes, text).embeddings.rows.contiguous();
  archive::write_safetensors(file, {{"embeddings", archive::DType::kF32, rows.sizes().vec(),
                                     static_cast<const std::byte*>(rows.data_ptr()), rows.nbytes()}});
  return from_rows(rows.clone());
}

SegmentOptions test_options(const RunConfig& config, const segmenter::ModelConfig& model,
                            const ClassList& classes) {
  SegmentOptions options;
  options.short_side = config.test.short_side;
  options.window = config.test.window;
  options.stride = config.test.stride;
  options.calibration = static_cast<float>(config.test.calibration);
  for (std::size_t label = 0; is_zero_shot(config.setting) && label < classes.seen.size(); ++label) {
    if (classes.seen[label]) options.seen.push_back(label);
  }
  return segmenter::resolve(options, model, classes.size());
}

std::string describe(const segmenter::Normalisation& image) {
  const auto equals = [&](const segmenter::Normalisation& other) {
    return image.mean == other.mean && image.std == other.std;
  };
  if (equals(segmenter::Normalisation::clip())) return "CLIP";
  if (equals(segmenter::Normalisation::image_net())) return "ImageNet";
  return fmt::format("mean {}, deviation {}", fmt::join(image.mean, " "), fmt::join(image.std, " "));
}

}  // namespace relprompt::train
