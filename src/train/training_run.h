// A training run from its first iteration, or its last checkpoint, to its reports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "relprompt/training.h"

#include "network/network.h"
#include "train/batch_loader.h"
#include "train/best_model.h"
#include "train/held_out.h"
#include "train/model_export.h"
#include "train/pace.h"
#include "train/run_folder.h"
#include "train/run_log.h"
#include "train/run_setup.h"
#include "train/trainer.h"
#include "train/training_state.h"
#include "workers/workers.h"

namespace relprompt::train {

class TrainingRun {
 public:
  /// Opens everything the config names and continues after the folder's checkpoint if there is one.
  /// Only worker 0 writes to the folder, which the others must be able to read.
  TrainingRun(const RunFolder& folder, const config::RunConfig& config, workers::Workers& workers,
              RunListener& listener);

  /// Trains until the end or until the listener asks to stop.
  RunOutcome run();

 private:
  std::filesystem::path path_of(const char* name) const { return folder_.path() / name; }
  bool leads() const { return workers_.rank() == 0; }
  LoaderOptions loader_options() const;
  evaluate::TrainingFacts facts(eval::CheckpointRule rule, std::int64_t iterations) const;

  void warn_of_warm_up();
  /// False if a worker was asked to stop.
  bool iterate(BatchLoader& loader);
  void tell(const StepResult& step);
  void note_skipped(const Batch& batch);
  void evaluate();
  void checkpoint();
  RunOutcome conclude();
  RunOutcome report_on(const std::string& model, const std::string& folder);
  RunOutcome stopped_in_report() const;
  void write_sheet();

  RunFolder folder_;
  const config::RunConfig& config_;
  workers::Workers& workers_;
  RunListener& listener_;
  evaluate::OpenSet set_;
  std::unique_ptr<data::Dataset> shown_;  ///< the same images with the background apart; null: set_'s
  TrainingParts parts_;
  model::ModelFiles model_;
  segmenter::ClassEmbeddings embeddings_;
  network::Network network_;
  Trainer trainer_;
  BestModel best_;
  RunState state_;
  bool resumed_ = false;  ///< from a checkpoint
  std::optional<RunLog> log_;
  Pace pace_;
};

}  // namespace relprompt::train
