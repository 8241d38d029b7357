// Making the runs of a plan, beside other processes that work in the same folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "relprompt/training.h"

#include "experiments/plan.h"
#include "experiments/run_result.h"

namespace relprompt::experiments {

/// Steps and stops go through, notes of single runs do not: there are dozens of runs.
class RunsListener : public RunListener {
 public:
  explicit RunsListener(RunListener& outer) : outer_(outer) {}
  void on_step(const TrainingStep& step) override { outer_.on_step(step); }
  void on_evaluation(const std::string& part, std::size_t done, std::size_t all) override {
    outer_.on_evaluation(part, done, all);
  }
  bool stop_requested() override { return outer_.stop_requested(); }

 private:
  RunListener& outer_;
};

class Session {
 public:
  /// @param tables whose runs are wanted; known: results that count where the work folder has none. Both and
  /// the listener must outlive the session.
  Session(Plan& plan, const std::vector<std::size_t>& tables, std::filesystem::path work,
          const KnownResults& known, int threads, RunListener& listener);

  /// Makes what is wanted and not finished; what another process is at is left to it and waited for. False if
  /// asked to stop. Throws as execute, pretraining and world::write_set do.
  bool go();

  /// By run of the plan, also those that were finished before.
  const std::vector<std::optional<RunResult>>& results() const { return results_; }
  std::size_t wanted() const { return wanted_.size(); }
  /// How many of them were made here.
  std::size_t made() const { return made_; }
  /// "3 of 12 runs are finished"
  std::string progress() const;

 private:
  /// What became of a piece of work.
  enum class Step { kDone, kElsewhere, kStopped };  // kElsewhere: another process is at it

  std::optional<RunResult> finished(const PlannedRun& run) const;
  Step prepare_scenes(const WorldSpec& world);
  Step prepare_regime(std::size_t regime, std::size_t clip);
  Step make(std::size_t number);
  bool wait(std::size_t left);
  std::string time_left() const;

  Plan& plan_;
  std::filesystem::path work_;
  const KnownResults& known_;
  RunListener& listener_;
  RunsListener quiet_;
  int threads_;
  std::set<std::size_t> wanted_;
  std::vector<std::optional<RunResult>> results_;
  std::size_t done_ = 0, made_ = 0;
  double seconds_ = 0;  ///< that the runs made here took
  bool waiting_ = false;
};

}  // namespace relprompt::experiments
