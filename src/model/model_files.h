// A model on disk, whatever its form: which file holds what, checked against the tensor tables.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/options.h"

#include "model/model_config.h"
#include "model/tensor_source.h"

namespace relprompt::model {

/// An opened and checked model. Nothing is read beyond headers and shapes.
struct ModelFiles {
  std::filesystem::path path;  ///< as the user gave it; of a hub's model its place in the cache
  ModelConfig config;
  std::optional<TensorSource> clip;              ///< towers
  std::optional<TensorSource> prompts;           ///< RPM and LPM; nullopt for a bare CLIP
  std::optional<TensorSource> int8;              ///< see int8_refinement.h; nullopt unless config.int8
  std::vector<std::filesystem::path> tokenizer;  ///< tokenizer files; empty if there are none
  std::vector<std::filesystem::path> files;      ///< all files that hold tensors or settings
  std::vector<std::string> notes;                ///< what the user should know, one sentence each

  std::vector<TensorRow> image_rows() const;
  std::vector<TensorRow> text_rows() const;
  std::vector<TensorRow> prompt_rows() const;
};

/// Opens a model folder of ours or any checkpoint (see import_model), or a model of a hub by its name
/// (model_place.h). All tensors are there and of the right
/// shape afterwards. What `towers` gives goes before what the files say. Throws Error with a code of exit
/// status 4; kBadArgument for options that the towers cannot have.
ModelFiles open_model(const std::filesystem::path& path, const TowerOptions& towers = {});

/// Makes a trained model the bare CLIP that it was trained on: training-free, with the model's normalisation.
void drop_prompts(ModelFiles& model);

/// Makes a model that `relprompt quantize` refined the one that it was before.
void drop_int8(ModelFiles& model);

/// SHA-256 of a file's bytes, remembered between runs. Throws Error(kModelNotFound).
std::string sha256_of(const std::filesystem::path& path);

/// SHA-256 over the names and bytes of all tensors of the model and the settings that they are computed with:
/// heads, activation, normalisation, prompts, scores. The part of the tensors is remembered between runs.
std::string content_hash(const ModelFiles& model);

}  // namespace relprompt::model
