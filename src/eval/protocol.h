// What was measured, and how. Two scores compare only if these agree, so every report carries all of it, and
// an interrupted evaluation resumes only if none of it has changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"

#include "base/words.h"
#include "eval/metrics.h"

namespace relprompt::eval {

/// What the model had been shown of the classes that are measured.
enum class Setting {
  kTrainingFree,       ///< nothing: a bare CLIP
  kSupervised,         ///< labels of all classes
  kInductive,          ///< zero-shot: pixels of unseen classes were ignored, their names unknown
  kTransductive,       ///< zero-shot: self-training where labels are hidden, and on the background if asked
  kTransductiveKnown,  ///< the dagger variant: self-training only where the hidden label is an unseen class
  kOpenVocabulary,     ///< trained on another set of classes
};

inline constexpr Word<Setting> kSettingWords[] = {{Setting::kTrainingFree, "training_free"},
                                                  {Setting::kSupervised, "supervised"},
                                                  {Setting::kInductive, "inductive"},
                                                  {Setting::kTransductive, "transductive"},
                                                  {Setting::kTransductiveKnown, "transductive_known"},
                                                  {Setting::kOpenVocabulary, "open_vocabulary"}};

/// True for the zero-shot protocols.
bool is_zero_shot(Setting setting) noexcept;

/// Which of a training run's models was measured.
enum class CheckpointRule {
  kGiven,  ///< the model came without its run
  kLast,
  kBest,          ///< best by `checkpoint_score`, without a look at what is measured here
  kBestOnTested,  ///< best by `checkpoint_score` on the very classes and images that are measured:
                  ///< optimistic
};

inline constexpr Word<CheckpointRule> kCheckpointWords[] = {
    {CheckpointRule::kGiven, "given"},
    {CheckpointRule::kLast, "last"},
    {CheckpointRule::kBest, "best"},
    {CheckpointRule::kBestOnTested, "best_on_tested"}};

struct ProtocolStatement {
  std::string data_set, split;  ///< "VOC-20", "val"
  Setting setting = Setting::kTrainingFree;
  std::string trained_on;  ///< data set and split, with the number of images; empty if unknown or none
  std::vector<std::string> seen, unseen;  ///< titles of the classes; both empty without a split
  std::string ignore;  ///< values in label files of pixels that are not counted, in words; empty: all count

  std::string model;       ///< architecture and variant in words
  std::string model_hash;  ///< Segmenter::model_hash; empty if unknown
  CheckpointRule checkpoint = CheckpointRule::kGiven;
  std::string checkpoint_score;             ///< for best: "mIoU of seen classes on a held-out part"
  std::optional<std::uint64_t> iterations;  ///< after how many training iterations it was saved

  std::optional<double> calibration;  ///< subtracted from the probability of seen classes; absent: not
  /// Best score below: the background, or where there is none unknown, which counts as wrong.
  std::optional<double> unknown_threshold;
  std::string background;   ///< title of the class that stands for everything else; empty: none
  double min_area = 0;      ///< classes with at most this share of the foreground are left out
  std::string window_mean;  ///< of a bare CLIP, what is averaged over windows: "logits", "probabilities"
  std::optional<double> logit_scale;   ///< of a bare CLIP
  std::string refine = "none";         ///< what is done with scores before labels: "none", "pamr"
  std::vector<std::string> templates;  ///< sentences with {}
  bool max_over_names = false;         ///< several names of a class: best score instead of mean embedding
  int short_side = 0, window = 0, stride = 0;  ///< pixels; window -1: the whole image
  std::vector<double> scales = {1};            ///< of short_side, whose probabilities are averaged
  bool flip = false;                           ///< and those of the mirrored image
  std::string normalisation;                   ///< "ImageNet", "CLIP", or numbers
  std::string precision = "fp32";
  Average average = Average::kPresent;  ///< that of the headline scores
};

/// Fills seen and unseen from the split of a class list.
void set_split(ProtocolStatement& protocol, const ClassList& classes);

/// Every field under its own name, absent ones as null.
nlohmann::json to_json(const ProtocolStatement& protocol);
/// The statement that to_json made the object of. `source` names it in messages. Throws Error(kUnreadable)
/// for any other.
ProtocolStatement protocol_from_json(const nlohmann::json& json, const std::string& source);

/// All of it as one paragraph of plain sentences (UTF-8, no line breaks of its own). Long class lists are
/// counted instead of listed; the JSON report has them.
std::string statement_of(const ProtocolStatement& protocol);

}  // namespace relprompt::eval
