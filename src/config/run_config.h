// Everything that decides the result of a run, in one value: parsed from a YAML file and `--set` overrides,
// written back in full as the first file of the run's folder, and read from there by `--resume`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relprompt/segmenter.h"

#include "config/data_config.h"
#include "config/optimizer_options.h"
#include "eval/metrics.h"
#include "eval/protocol.h"
#include "image/augment.h"
#include "model/loss_options.h"
#include "model/model_config.h"

namespace relprompt::config {

/// What happens when an image of the training set cannot be read.
enum class BadSample { kStop, kSkip };

/// Which score decides that a checkpoint is the best one so far.
enum class BestRule {
  kNone,                 ///< no `best` model
  kHeldOutSeen,          ///< mIoU of seen classes on the held-out part of the training set
  kValidationUnseen,     ///< hIoU on the test set: looks at what is reported, so optimistic
  kValidationUnseenMiou  ///< mIoU of unseen classes on the test set, as the authors' released run: the same
};

struct TrainOptions {
  /// Lengths in iterations that the run was asked for before, in their order, if it was extended.
  std::vector<std::int64_t> extended_from;
  ScheduleOptions schedule;        ///< keys iterations, power, minimum_rate, warmup_iterations, warmup_ratio
  std::size_t batch = 16;          ///< images an update, over all workers and micro-batches
  std::size_t micro_batch = 0;     ///< images computed at once by a worker; 0: all of its share
  std::string precision = "fp32";  ///< fp32, or bf16 for the products with frozen weights
  bool activation_checkpointing =
      false;               ///< keep only the layers' inputs and compute the rest again in the backward pass
  int loader_threads = 2;  ///< that read and augment images; the result does not depend on it
  std::int64_t log_every = 50;           ///< iterations
  std::int64_t checkpoint_every = 1000;  ///< iterations
  std::int64_t evaluate_every = 0;       ///< iterations; 0: at the end only
  std::size_t evaluate_samples = 0;      ///< images of a periodic evaluation; 0: all
  BestRule best = BestRule::kHeldOutSeen;
  BadSample bad_sample = BadSample::kStop;
  double clip_gradient = 0;       ///< largest norm of all gradients together; 0: not limited
  std::size_t sheet_samples = 6;  ///< images on the sheet
};

/// Transductive self-training (docs/guide/training.md); used with the transductive settings only.
struct SelfTrainingOptions {
  double start = 0.5;      ///< share of the iterations after which pseudo labels begin, in [0, 1)
  double threshold = 0.0;  ///< least probability of a pseudo label, in [0, 1]
  /// Warm-up, decay and AdamW's moments start again with the pseudo labels, over the iterations that are
  /// left.
  bool restart = false;
  bool background = false;  ///< pseudo labels also on the background of voc-20 and context-59
};

struct TestOptions {
  int short_side = 0, window = 0, stride = 0;  ///< pixels; 0: the model's own; window may be kWholeImage
  double logit_scale = 0;                      ///< of a bare CLIP, see SegmentOptions; 0: the model's own
  WindowMean mean = WindowMean::kByModel;      ///< of a bare CLIP
  std::optional<double> unknown;               ///< see SegmentOptions::unknown_threshold
  std::optional<double> min_area;              ///< see SegmentOptions
  Refinement refine = Refinement::kByModel;
  std::vector<double> scales;  ///< see SegmentOptions; empty: 1 alone
  bool flip = false;           ///< see SegmentOptions
  std::string background;      ///< title of the class that stands for everything else; empty: none
  double calibration = 0.1;    ///< subtracted from seen classes in zero-shot settings
  eval::Average average = eval::Average::kPresent;
  bool image_scores = false;     ///< also write a score for every image
  std::size_t save_every = 100;  ///< images between two savings of an evaluation's counts
};

struct RunPaths {
  std::filesystem::path clip;   ///< model folder or checkpoint that is trained on
  std::filesystem::path data;   ///< root of the training data (and of the test data unless that has its own)
  std::filesystem::path vocab;  ///< tokenizer; empty: the model's own
  std::filesystem::path init_from;  ///< model folder whose prompts the run begins with; empty: initial values
};

struct RunConfig {
  std::string name;  ///< what the run is, for titles; default: the config file's name
  eval::Setting setting = eval::Setting::kSupervised;  ///< key `protocol`
  DataConfig data;
  model::PromptConfig model;            ///< the keys of `prompts` in config.json (docs/reference/formats.md)
  std::string normalisation = "model";  ///< model (the CLIP's own), clip or imagenet
  TextOptions text;  ///< keys `templates` (a set's name or a list of sentences) and `names`
  /// Key `class_names`: what the text tower reads for a class of the data set, by its title; the names that
  /// are not here stay the data set's.
  std::vector<std::pair<std::string, std::vector<std::string>>> class_names;
  bool join_words = false;                       ///< blanks in names are dropped: "trafficlight"
  std::string head;                              ///< dense head of a bare CLIP; empty: the model's own
  std::optional<model::ResClipOptions> resclip;  ///< of the heads of that name; absent: the model's own
  image::AugmentOptions augment;
  model::LossOptions loss;
  OptimizerOptions optimizer;
  TrainOptions train;
  SelfTrainingOptions self_training;
  TestOptions test;
  std::uint64_t seed = 0;
  int threads = 0;  ///< of LibTorch; 0: all cores, and the resolved config says how many
  std::string device = "cpu";
  RunPaths paths;  ///< absolute in the resolved config; not expected in a config file that is shared
};

/// True for the rules that measure on the test set.
bool looks_at_test(BestRule rule) noexcept;
/// True if scores are also given for seen and unseen classes apart: in zero-shot settings, and in supervised
/// runs whose config lists the unseen classes, although such a run is shown all labels.
bool scores_split(const RunConfig& config) noexcept;

/// A config may have settings for several heads (`heads`): those of the one that `head` names are laid
/// over the others, key by key, where null takes a key away. Overrides go before both.
///
/// Reads a config file and applies the overrides ("train.iterations=60", values in YAML) in their order.
/// Throws Error(kBadArgument) that names file and key: unknown keys with the nearest known one, values of the
/// wrong type or out of range, settings that contradict each other (a zero-shot protocol without unseen
/// classes is found later, when the data set is known). kNotFound, kUnreadable for the file.
RunConfig read_run_config(const std::filesystem::path& path, const std::vector<std::string>& overrides = {});

/// The same from text, `source` being what messages call it.
RunConfig parse_run_config(const std::string& yaml, const std::string& source,
                           const std::vector<std::string>& overrides = {});

/// YAML with every value spelled out; parse_run_config gives the same config back.
std::string to_yaml(const RunConfig& config);

}  // namespace relprompt::config
