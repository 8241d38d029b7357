// Everything that decides the result of `relprompt pretrain`, in one value: parsed from YAML and `--set`
// overrides, written back in full as the first file of the run's folder, and read from there by `--resume`.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/clip_config.h"

namespace relprompt::train {

/// What is said about a scene.
enum class CaptionKind {
  kNames,      ///< "a photo of a red dotted": an object by its first name
  kSentences,  ///< world::caption: synonyms, several wordings, all or some of what is seen
};

/// One stretch of the curriculum.
struct PretrainPhase {
  std::string name;             ///< its key
  std::int64_t iterations = 0;  ///< 0: left out
  int size = 64;                ///< of the scenes, pixels a side, a multiple of the patch
  int batch = 128;              ///< scenes, each with its caption, an update; 2 or more
  int min_objects = 1, max_objects = 3;
  CaptionKind captions = CaptionKind::kSentences;
  /// Every so many captions one is the name of a background alone; 0: none. Sentences hardly teach those to a
  /// tower that knows the objects, because these already tell the scenes of a batch apart.
  std::int64_t ground_every = 0;
  double rate = 8e-4;       ///< learning rate that the phase's cosine starts from
  double patch_weight = 0;  ///< of the patch term beside the class token's; 0: it is not computed
};

constexpr std::size_t kPretrainPhases = 3;

struct PretrainConfig {
  std::string name;           ///< what the run is; default: the config file's name
  model::ClipConfig clip;     ///< key `model`; clip.text.vocab follows from the vocabulary that is learnt
  std::int64_t merges = 300;  ///< key `model.merges`: most merges of the vocabulary
  /// objects, scenes, crowds: names for single things first, then sentences about several.
  std::array<PretrainPhase, kPretrainPhases> phases;
  double patch_sharpness = 10;          ///< of the softmax over an image's patches
  std::int64_t warmup_iterations = 50;  ///< linear, at the beginning of every phase
  double weight_decay = 0.05;           ///< of matrices; norms, biases, positions and temperature have none
  double clip_gradient = 1;             ///< largest norm of all gradients together; 0: not limited
  int loader_threads = 1;               ///< that make scenes; the result does not depend on it
  std::int64_t log_every = 10, checkpoint_every = 200, evaluate_every = 100;  ///< iterations
  int evaluate_scenes = 512;
  std::uint64_t seed = 0;
  int threads = 0;  ///< of LibTorch; 0: all cores, and the resolved config says how many

  PretrainConfig();
  std::int64_t iterations() const;  ///< of all phases
};

/// A phase and how much of it is done.
struct PhasePlace {
  const PretrainPhase* phase = nullptr;
  std::int64_t done = 0;
};

/// Where update number `done` (counted from 0, below config.iterations()) falls.
PhasePlace place_of(const PretrainConfig& config, std::int64_t done);

/// Learning rate of that update: warm-up, then half a cosine down to 0 at the end of the phase.
double pretrain_rate(const PretrainConfig& config, std::int64_t done);

/// A sentence for every phase whose warm-up leaves it hardly any learning rate.
std::vector<std::string> warm_up_warnings(const PretrainConfig& config);

/// Reads a config file and applies the overrides ("phases.scenes.iterations=60") in their order. Throws
/// Error(kBadArgument) that names file and key, with the nearest known one; kNotFound, kUnreadable.
PretrainConfig read_pretrain_config(const std::filesystem::path& path,
                                    const std::vector<std::string>& overrides = {});
PretrainConfig parse_pretrain_config(const std::string& yaml, const std::string& source,
                                     const std::vector<std::string>& overrides = {});

/// YAML with every value spelled out; parse_pretrain_config gives the same config back.
std::string to_yaml(const PretrainConfig& config);

/// Hash of all settings that decide the result: not how often something is written, nor threads.
std::string identity_of(const PretrainConfig& config);

}  // namespace relprompt::train
