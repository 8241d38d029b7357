// `relprompt eval`, and the end of a training run: a model on disk, measured on the config's test set, with a
// report.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/training.h"

#include "config/run_config.h"
#include "processes/process_group.h"
#include "segmenter/patch_scorer.h"

namespace relprompt::evaluate {

struct EvalRequest {
  std::filesystem::path model;
  std::filesystem::path folder;      ///< of the report
  std::string title;                 ///< what progress displays call it
  std::string precision;             ///< fp32, bf16 or int8
  std::string head;                  ///< see ModelOptions::head
  TowerOptions towers;               ///< of the model
  std::vector<std::string> images;   ///< see RunSettings::images
  std::optional<ShardNumber> shard;  ///< see RunSettings::shard
  bool replace = false;              ///< the folder may hold an earlier report of relprompt's own
};

/// Makes what scores a model's windows. Throws as opening a model does.
using ScorerFactory = std::function<std::unique_ptr<segmenter::PatchScorer>(const model::ModelFiles& model,
                                                                            kernels::Precision precision)>;

/// The engine on the CPU. model must outlive the scorer.
std::unique_ptr<segmenter::PatchScorer> engine_scorer(const model::ModelFiles& model,
                                                      kernels::Precision precision);

/// With a shard leaves counts and a journal; else writes report.md, report.json, confusion.png and sheet.png
/// (and image_scores.jsonl) into the folder. Throws Error(kNotWritable) at once if one of them is there and
/// may not be replaced.
RunOutcome run_evaluation(const config::RunConfig& config, const EvalRequest& request,
                          processes::ProcessGroup& group, RunListener& listener,
                          const ScorerFactory& scorer_of = engine_scorer);

}  // namespace relprompt::evaluate
