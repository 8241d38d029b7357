// `relprompt eval`, and the end of a training run: a model on disk, measured on the config's test set, with a
// report.
#pragma once

#include <filesystem>
#include <string>

#include "relprompt/training.h"

#include "train/run_config.h"
#include "workers/workers.h"

namespace relprompt::train {

struct EvalRequest {
  std::filesystem::path model;
  std::filesystem::path folder;  ///< of the report
  std::string title;             ///< what progress displays call it
  std::string precision;         ///< fp32, bf16 or int8
  bool replace = false;          ///< the folder may hold an earlier report of relprompt's own
};

/// Writes report.md, report.json, confusion.png and sheet.png (and image_scores.jsonl) into the folder.
/// Throws Error(kNotWritable) at once if one of them is there and may not be replaced.
RunOutcome run_evaluation(const RunConfig& config, const EvalRequest& request, workers::Workers& workers,
                          RunListener& listener);

}  // namespace relprompt::train
