// Training prompts on a frozen CLIP and evaluating models by a stated protocol: the library side of
// `relprompt train` and `relprompt eval`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relprompt/export.h"
#include "relprompt/options.h"

namespace relprompt {

/// A finished iteration, for progress displays.
struct TrainingStep {
  std::int64_t iteration = 0;                         ///< counted from 1
  std::int64_t iterations = 0;                        ///< of the whole run
  double loss = 0;                                    ///< of this iteration
  std::vector<std::pair<std::string, double>> parts;  ///< what the loss is the sum of, by name
  double seconds_per_iteration = 0;                   ///< mean of the last few
};

/// What a run tells while it goes on. The functions are called on the thread of the run, one at a time.
class RELPROMPT_API RunListener {
 public:
  virtual ~RunListener() = default;
  /// After every iteration.
  virtual void on_step(const TrainingStep&) {}
  /// Evaluation of `part` ("held-out part", "test set, last", ...) has done so many images of all.
  virtual void on_evaluation(const std::string& part, std::size_t done, std::size_t all) {
    static_cast<void>(part), static_cast<void>(done), static_cast<void>(all);
  }
  /// A sentence worth showing.
  virtual void on_note(const std::string&) {}
  /// Asked between iterations and images; true ends the run so that it can be resumed.
  virtual bool stop_requested() { return false; }
};

/// One of several parts of a test set that are evaluated apart, on machines that know nothing of each other,
/// and joined by merge_evaluations.
struct ShardNumber {
  std::size_t index = 0;  ///< below count
  std::size_t count = 1;  ///< at least 1
};

/// What a config leaves open.
struct RunSettings {
  std::filesystem::path config;      ///< YAML file, see docs/reference/configs.md
  std::vector<std::string> changes;  ///< "train.iterations=60": change keys of the config, in this order
  std::filesystem::path model;       ///< train: the CLIP, a model folder or checkpoint; evaluate: the model
  std::filesystem::path data;        ///< root of the data set; empty: as the config says
  std::filesystem::path
      init_from;  ///< train: a model whose trained prompts the run begins with; empty: initial values
  std::filesystem::path vocab;   ///< tokenizer; empty: the model's own
  std::filesystem::path output;  ///< folder of the run or report
  std::optional<int> threads;    ///< absent: as the config says
  std::string device;            ///< empty: as the config says
  std::string precision;         ///< evaluate only: fp32 (also if empty), bf16 or int8
  std::string head;              ///< evaluate only: see ModelOptions::head
  TowerOptions towers;           ///< evaluate only: what a checkpoint does not state about its CLIP
  bool image_scores = false;     ///< evaluate only: also write a score for every image
  /// evaluate only: the images of the test set that are measured, in this order, by their names in the set or
  /// by paths that end with them; empty: all.
  std::vector<std::string> images = {};
  /// evaluate only: measure the images that fall to this shard by their names (docs/guide/sharding.md), and
  /// leave their counts in the folder instead of a report. Absent: all images.
  std::optional<ShardNumber> shard = {};
  /// The folder may hold an earlier run or report, which is replaced. Files that relprompt did not write, or
  /// that were changed since, always stay: then the call throws Error(kNotWritable).
  bool replace = false;
};

/// What may change when a run goes on.
struct ResumeOptions {
  std::optional<int> threads;  ///< absent: as the run's config says
  /// The run gets this many iterations in all, more than its config says now, and its learning rates follow
  /// the longer schedule from where it stands; a finished run goes on. Absent: as the config says.
  std::optional<std::int64_t> iterations;
};

/// Scores of a class on a test set.
struct ClassResult {
  std::string name;           ///< title
  std::optional<bool> seen;   ///< absent without a seen/unseen split
  std::optional<double> iou;  ///< in [0, 1]; absent if the class is neither labelled nor predicted anywhere
  std::uint64_t pixels = 0;   ///< labelled as this class
};

/// How a run ended.
struct RunOutcome {
  bool finished = false;  ///< false: it was asked to stop and can be continued
  bool changed = true;    ///< false: there was nothing left to do
  std::string summary;    ///< one line for people; of a dry run a table
  std::string json;       ///< an object for programs: the scores, with their protocol
  std::vector<ClassResult>
      classes;  ///< by label, of the model that stands last in the summary; empty without a test
  /// Of training: the model to use, the best one if one was chosen; empty until the run is finished.
  std::filesystem::path model;
};

/// Trains from the beginning. Several workers that are started with the environment variables of torchrun or
/// Slurm train one model together (docs/guide/distributed.md).
/// Throws Error: kBadArgument and kBadClassList (config), codes of exit status 3 (data, output) and 4 (CLIP),
/// kDiverged, kLostWorker, kOutOfMemory, kNoDevice.
RELPROMPT_API RunOutcome train_prompts(const RunSettings& settings, RunListener& listener);

/// Continues the run of a folder after its last checkpoint, or from the beginning if it has none. A run
/// that was interrupted at any moment and continued ends with the same bits as one that was not.
/// Throws as train_prompts; kNotFound if there is no run; kBadArgument for a length that is not above the
/// present one, and for one of a run with self-training, whose halves it would move.
RELPROMPT_API RunOutcome resume_training(const std::filesystem::path& folder, const ResumeOptions& options,
                                         RunListener& listener);

/// Measures a model on the config's test set and writes report.md, report.json and images. An evaluation
/// that was interrupted continues where it was if nothing of its protocol has changed. Throws as
/// train_prompts.
RELPROMPT_API RunOutcome evaluate_model(const RunSettings& settings, RunListener& listener);

/// Joins the shards of one evaluation, which lie in one folder or in several, and writes the report of
/// evaluate_model into the output folder, equal to that of one process to the last bit, without sheet.png.
/// Older results of relprompt are replaced there. Throws Error, naming the shards: kNotFound if some are
/// missing or unfinished, kBadArgument if some are there twice or of another evaluation, kLostWorker if one
/// is being worked on; kUnreadable for damaged files; kNotWritable and kDiskFull.
RELPROMPT_API RunOutcome merge_evaluations(const std::vector<std::filesystem::path>& shards,
                                           const std::filesystem::path& output);

}  // namespace relprompt
