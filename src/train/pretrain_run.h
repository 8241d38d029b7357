// A pretraining run from its first iteration, or its last checkpoint, to a model. The run's folder is the
// model: config.json, clip.safetensors and merges.txt lie beside the files of the run (run_folder.h) from the
// first checkpoint on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "relprompt/training.h"

#include "text/tokenizer.h"
#include "train/pace.h"
#include "train/pretrain_accuracy.h"
#include "train/pretrain_config.h"
#include "train/pretrain_towers.h"
#include "train/pretrainer.h"
#include "train/run_folder.h"
#include "train/run_log.h"

namespace relprompt::train {

class PretrainRun {
 public:
  /// Continues after the folder's checkpoint if there is one. Throws Error: kNotWritable, codes of exit
  /// status 4 for a damaged checkpoint, kBadModelConfig for one that was made with other settings.
  PretrainRun(const RunFolder& folder, const PretrainConfig& config, RunListener& listener);

  /// Trains until the end or until the listener asks to stop.
  RunOutcome run();

 private:
  struct State {
    std::int64_t done = 0;  ///< iterations
    std::uint64_t log_bytes = 0, text_bytes = 0;
  };

  void restore();
  /// False if the listener asked to stop.
  void warn(const std::string& sentence);
  bool iterate();
  void tell(const PretrainStep& step);
  void evaluate();
  void checkpoint();
  RunOutcome conclude();

  RunFolder folder_;
  PretrainConfig config_;
  RunListener& listener_;
  std::string merges_;
  text::Tokenizer tokenizer_;
  PretrainTowers towers_;
  Pretrainer trainer_;
  PretrainTest test_;
  State state_;
  bool resumed_ = false;  ///< from a checkpoint
  double seconds_ = 0;    ///< since this session began; not in the checkpoint: equal runs have equal files
  Top1 top1_;             ///< of the last evaluation
  std::optional<RunLog> log_;
  Pace pace_;
};

}  // namespace relprompt::train
